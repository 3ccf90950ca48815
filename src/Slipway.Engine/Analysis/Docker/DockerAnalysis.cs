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
        var text = repository.Text(path);
        var definition = text is null ? null
            : path is Dockerfile.Path ? Dockerfile.Read(text, remarks)
            : new DefinitionReader(path, repository.Files, remarks).Read(text, options.Environment);
        if (text is null)
            remarks.Problems.Add($"{path} cannot be read: it is no text, or too large.");
        if (definition is not null)
            ReportWhatIsNotDone(definition, remarks);
        RepositoryAnalysis.ReportGit(repository, remarks);
        return new()
        {
            IsDocker = true,
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
        if (definition.Databases.Count > 0)
            remarks.CannotDo.Add($"{definition.Source} asks for {string.Join(", ", definition.Databases)} on the servers, which Slipway does not install for Docker stacks yet. Add each as an external database, with the address of one that runs elsewhere.");
        foreach (var service in definition.Services.Where(service => service.Ports.Any(port => port.Https is not null)))
            remarks.CannotDo.Add($"{service.Name} is not offered under HTTPS: Slipway does not terminate TLS yet. Its HTTP ports are.");
        if (!definition.Services.SelectMany(service => service.Ports).Any(port => port.Http is not null))
            remarks.Notes.Add("No service has an HTTP port, so nothing is to be reached from outside. Offer one with ports, such as \"3000:80\".");
    }
}
