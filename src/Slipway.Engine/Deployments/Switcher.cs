using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments;

/// <summary>Decides which run gets a web server's requests: nginx's upstream, and what is started after a reboot.</summary>
internal static class Switcher
{
    /// <summary>Writes nginx's files and has nginx check them; requests go on as before.</summary>
    public static async Task PrepareAsync(DeployContext context, ServerSpec server, string run, CancellationToken cancellationToken)
    {
        var paths = context.Paths;
        await PrepareAsync(
            context,
            context.Hosts(server),
            new(NginxConfig.Upstream(paths.UpstreamName, paths.WebSocket(run)), NginxConfig.Site(context.Stack, server))
            {
                DefaultSite = server.AnswersUnknownNames ? NginxConfig.DefaultSite(context.Stack, server) : null,
            },
            cancellationToken);
    }

    /// <summary>The same with files that are made already.</summary>
    public static async Task PrepareAsync(DeployContext context, IRemoteHost host, SiteFiles files, CancellationToken cancellationToken)
    {
        var paths = context.Paths;
        // One of the stack's own that hands requests to what is no more would have nginx refuse every stack of the machine.
        FileChange[] unknownNames = files.DefaultSite is not null ? [File(NginxConfig.DefaultSitePath, files.DefaultSite)]
            : await OwnDefaultSiteAsync(context, host, cancellationToken) is { } own && !NginxConfig.IsServedBy(own, files.Upstream) ? [new Remove(NginxConfig.DefaultSitePath)]
            : [];
        await host.ApplyAsync(
            [File(paths.NginxUpstream, files.Upstream), File(paths.NginxSite, files.Site), .. unknownNames, .. files.Others], cancellationToken);
        await CheckAsync(context, host, cancellationToken);
    }

    /// <summary>Whether nginx would take what its files say.</summary>
    public static async Task CheckAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        var check = await host.RunAsync(Quick(context, "check nginx's configuration", NginxCommands.Check), onLine: null, cancellationToken);
        check.EnsureSuccess();
    }

    public static async Task ReloadAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        var reload = await host.RunAsync(Quick(context, "reload nginx", NginxCommands.Reload), onLine: null, cancellationToken);
        reload.EnsureSuccess();
    }

    /// <summary>Makes the switch last: the links follow, and a reboot starts the new run.</summary>
    public static async Task PinAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var paths = context.Paths;
        await host.ApplyAsync(
            [
                new MakeLink(paths.Current, context.ReleaseDirectory),
                .. RunFiles.UnitNames(context, server).Select(unit => new MakeLink(SystemdCommands.WantsLink(unit), SystemdCommands.TemplateFile(unit))),
                new WriteFile(paths.LiveRun, Encoding.ASCII.GetBytes(context.Run + "\n")),
            ],
            cancellationToken);
    }

    /// <summary>Undoes the above after an attempt that came so far: a reboot starts the old run again.</summary>
    public static async Task PinOldAsync(DeployContext context, ServerSpec server, IRemoteHost host, string old, CancellationToken cancellationToken)
    {
        var paths = context.Paths;
        var release = await host.RunAsync(
            Quick(context, "find the old release", ["readlink", "--no-newline", "--", $"{paths.RunFiles(old)}/release"]), onLine: null, cancellationToken);
        release.EnsureSuccess();
        await host.ApplyAsync(
            [
                .. RunFiles.UnitNames(context, server).Select(unit => new Remove(SystemdCommands.WantsLink(unit))),
                new MakeLink(paths.Current, release.Tail[0]),
                new WriteFile(paths.LiveRun, Encoding.ASCII.GetBytes(old + "\n")),
            ],
            cancellationToken);
    }

    /// <summary>Where nothing served before, nothing does after an attempt that came as far as the switch.</summary>
    /// <param name="context">The work.</param>
    /// <param name="server">The server.</param>
    /// <param name="others">What else becomes of nginx's files.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task TakeDownAsync(
        DeployContext context, ServerSpec server, IReadOnlyList<FileChange> others, CancellationToken cancellationToken)
    {
        var (paths, host) = (context.Paths, context.Hosts(server));
        var isOwn = await OwnDefaultSiteAsync(context, host, cancellationToken) is not null;
        var removed = await host.ApplyAsync(
            [
                .. isOwn ? [new Remove(NginxConfig.DefaultSitePath)] : (FileChange[])[],
                new Remove(paths.NginxSite),
                new Remove(paths.NginxUpstream),
                new Remove(paths.Current),
                new Remove(paths.LiveRun),
                .. others,
            ],
            cancellationToken);
        if (removed.Count > 0)
            await ReloadAsync(context, host, cancellationToken);
    }

    /// <summary>What answers to unknown names, where it is the stack's. Another stack of the machine may have come first.</summary>
    public static async Task<string?> OwnDefaultSiteAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        var site = await host.ReadFileAsync(NginxConfig.DefaultSitePath, cancellationToken) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        return site?.Contains($" {NginxConfig.ErrorLog(context.Paths)};", StringComparison.Ordinal) == true ? site : null;
    }

    private static WriteFile File(string path, string text) => new(path, Encoding.UTF8.GetBytes(text));

    /// <summary>A short command that may be repeated freely.</summary>
    public static RemoteCommand Quick(DeployContext context, string name, IReadOnlyList<string> program) =>
        new() { Name = name, Programs = [program], Deadline = context.Timeouts.Query, IsRepeatable = true };
}
