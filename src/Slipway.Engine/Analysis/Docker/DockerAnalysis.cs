using Slipway.Engine.Stacks;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>Says what a repository of a Docker stack is, and what Slipway will do with it.</summary>
internal static class DockerAnalysis
{
    /// <summary>The file that makes the repository a Docker stack; null for any other. A bare Dockerfile counts only where there is nothing else to deploy.</summary>
    public static string? FindDefinition(RepositorySnapshot repository, bool isRuby) =>
        DefinitionReader.Paths.FirstOrDefault(repository.Has) ?? (!isRuby && repository.Has(Dockerfile.Path) ? Dockerfile.Path : null);

    public static AnalysisResult Analyze(RepositorySnapshot repository, string path, AnalysisOptions options)
    {
        var remarks = new Remarks();
        var text = path is PostedDefinition.Name ? options.PostedDefinition : repository.Text(path);
        var definition = text is null ? null
            : path is Dockerfile.Path ? Dockerfile.Read(text, remarks)
            : new DefinitionReader(path, repository.Files, remarks, options.HostAccess).Read(text, options.Environment);
        if (text is null)
            remarks.Problems.Add($"{path} cannot be read: it is no text, or too large.");
        if (definition is not null)
            ReportWhatIsNotDone(definition, remarks);
        RepositoryAnalysis.ReportGit(repository, remarks);
        return new()
        {
            IsDocker = true,
            Components = [.. (definition?.Databases ?? []).Select(database => database.Kind)],
            Docker = definition,
            Ruby = new(null, null, null, IsDistribution: true),
            WebServer = new(WebServerKind.Custom, IsInBundle: false),
            EnvironmentVariables = VariableFinder.Find(repository),
            Problems = Remarks.Shown(remarks.Problems),
            CannotDo = Remarks.Shown(remarks.CannotDo),
            Notes = Remarks.Shown(remarks.Notes),
        };
    }

    private static void ReportWhatIsNotDone(DockerDefinition definition, Remarks remarks)
    {
        foreach (var database in definition.Databases.Where(database => !DatabaseKinds.Installable.Contains(database.Kind)))
            remarks.CannotDo.Add($"{definition.Source}, line {database.Line}: databases names {database.Kind}, which Slipway does not install. Add one that runs elsewhere to the stack's databases as an external one before you deploy.");
        var offers = definition.Services.SelectMany(service => service.Ports).SelectMany(port => port.Offers).ToList();
        var secure = offers.Where(offer => offer.IsHttps).Select(offer => offer.Port).ToList();
        if (secure.Count > 0)
            remarks.Notes.Add($"Offered under HTTPS: {string.Join(", ", secure)}. A self-signed certificate, of which browsers warn, serves there until one of yours is on each server: certificate.pem and key.pem in /etc/slipway/stacks/SLUG/tls, where SLUG is the name of the stack's directory below /var/deploy.");
        if (offers.Count == 0)
            remarks.Notes.Add("No service has an HTTP or HTTPS port, so nothing is to be reached from outside. Offer one with ports, such as \"3000:80\".");
    }
}
