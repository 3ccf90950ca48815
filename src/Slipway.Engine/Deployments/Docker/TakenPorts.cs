using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Refuses ports that nginx cannot offer as the definition wants. Its own check passes over both, and a reload then is none, or breaks other sites.</summary>
internal static class TakenPorts
{
    public static async Task RefuseAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, IReadOnlyList<ContainerSite> sites, CancellationToken cancellationToken)
    {
        // Port 80 is nginx's, for HTTP, on every server.
        var wanted = sites.Where(site => site.Port != ContainerSites.HttpPort).DistinctBy(site => site.Port).ToDictionary(site => site.Port);
        if (wanted.Count == 0)
            return;
        foreach (var (port, program) in (await StackContainers.LinesAsync(context, host, "see who listens", Listeners.Of(wanted.Keys), cancellationToken)).Select(Listeners.Read))
            if (program != "nginx")
                throw new UserErrorException(FormattableString.Invariant(
                    $"nginx cannot offer port {port} on {server.Name}, as the definition wants: {(program.Length > 0 ? program : "another program")} listens there. End that, or choose another port, then deploy again."));
        var listeners = (await StackContainers.LinesAsync(context, host, "see what nginx offers", NginxListeners.List, cancellationToken)).Select(NginxListeners.Read).OfType<NginxListener>().ToList();
        foreach (var other in listeners.Where(listener => listener.File != context.Paths.NginxSite && listener.File != NginxConfig.DefaultSitePath))
        {
            if (!wanted.TryGetValue(other.Port, out var site) || ProblemOf(other, site) is not { } problem)
                continue;
            var refusal = FormattableString.Invariant($"nginx cannot offer port {other.Port} on {server.Name}{problem} Choose another port, then deploy again.");
            // What is mended or scaled is no worse off than it was.
            if (context.Change.IsDeployment || !listeners.Contains(new(context.Paths.NginxSite, site.Port, site.IsHttps)))
                throw new UserErrorException(refusal);
            await context.Log.WriteAsync(server.Name, Severity.Warning, $"The site goes on as it was; a deployment would be refused: {refusal}");
        }
    }

    private static string? ProblemOf(NginxListener other, ContainerSite site) =>
        site.IsHttps != other.IsHttps ? $" under {Name(site.IsHttps)}, as the definition wants for {site.Service}: another site there offers it under {Name(other.IsHttps)}, and a port has one of the two."
        // People go there by the server's address, and would get whichever site comes first.
        : !ContainerSites.IsUsual(site) ? $", as the definition wants for {site.Service}: another site there has it ({other.File}), and stacks share only port 80 for HTTP and 443 for HTTPS."
        : null;

    private static string Name(bool isHttps) => isHttps ? "HTTPS" : "HTTP";
}
