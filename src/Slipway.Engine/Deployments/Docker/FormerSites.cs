using System.Text;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>
/// nginx's files of the stack on a server as they were before this work, where a service has no container there. Of all others the containers
/// tell how their sites were, and nothing is kept but that they were looked at.
/// </summary>
internal sealed record FormerSites
{
    private const string ErrorLogLine = "\n    error_log ";

    public required string Upstream { get; init; }

    /// <summary>Null where the stack had none.</summary>
    public string? Site { get; init; }

    /// <summary>What answers to names that nobody has, where that is the stack's.</summary>
    public string? DefaultSite { get; init; }

    /// <summary>Looks before any of them is written.</summary>
    public static async Task RememberAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var files = await Task.WhenAll(
            host.ReadFileAsync(context.Paths.NginxUpstream, cancellationToken), host.ReadFileAsync(context.Paths.NginxSite, cancellationToken));
        var (upstream, site, answers) = (Text(files[0]) ?? "", Text(files[1]), await Switcher.OwnDefaultSiteAsync(context, host, cancellationToken));
        var former = site is null || HasIdle(upstream, site) || IsIdle(answers) ? new FormerSites { Upstream = upstream, Site = site, DefaultSite = answers } : null;
        lock (context.State.FormerSites)
            context.State.FormerSites[server.Uid] = former;
    }

    // A service without containers has no upstream. Under names that the stack has not, only one of its sites answers, in a file of the machine; and
    // what only refuses them under HTTPS is no site of a service and has no log.
    private static bool HasIdle(string upstream, string site)
    {
        var upstreams = Count(upstream, "\nupstream ");
        return upstreams == 0 || Count(site, ErrorLogLine) > upstreams;
    }

    // A stack without names has its usual sites in that file alone.
    private static bool IsIdle(string? defaultSite) => defaultSite is not null && Count(defaultSite, ErrorLogLine) > Count(defaultSite, " proxy_pass ");

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string? Text(byte[]? file) => file is null ? null : Encoding.UTF8.GetString(file);
}
