using System.IO.Pipelines;
using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Brings the commit into the servers' cached copies, only what is new, and checks it out into the release directory: where it runs, or is built.</summary>
internal static class SendCode
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) =>
        context.OnServersAsync(
        context.Wanted.IsDocker ? [.. context.Wanted.Builders] : context.WebServers, (_, host, token) => SendAsync(context, host, token), cancellationToken);

    private static async Task SendAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        var paths = context.Paths;
        var making = host.ApplyAsync([new MakeDirectory(context.ReleaseDirectory, Modes.Listable, paths.User, paths.User)], cancellationToken);
        var reading = ReadKnownCommitsAsync(context, host, cancellationToken);
        await Task.WhenAll(making, reading);
        var known = await reading;
        await using var pack = known.Contains(context.State.Commit)
            ? null
            : await context.Code.OpenPackAsync(context.State.Commit, known, cancellationToken);
        var start = pack?.Position ?? 0;
        IReadOnlyList<IReadOnlyList<string>> receive = pack is null ? [] : [RemoteGitCommands.ReceivePack];
        var result = await host.RunAsync(
            new()
            {
                Name = "check out the code",
                Programs = [.. receive, .. RemoteGitCommands.CheckOut(context.State.Commit), .. context.Wanted.IsDocker ? [] : LinkUploads(context)],
                Environment = RemoteGitCommands.CheckOutEnvironment(
                    paths.CachedCopy, $"{paths.CachedCopy}/index-{context.Release}", context.ReleaseDirectory),
                User = paths.User,
                OpenInput = pack is null ? null : _ => Task.FromResult(Rewound(pack, start)),
                Deadline = context.Timeouts.GitFetch,
            },
            onLine: null,
            cancellationToken);
        if (!result.IsSuccess)
            await DiskSpace.ThrowIfFullAsync(context, host, context.ReleaseDirectory, result.Tail, cancellationToken);
        result.EnsureSuccess();
        // An image is made of what is in the commit and nothing else.
        await host.ApplyAsync(context.Wanted.IsDocker ? [ForgetIndex(context)] : Furnish(context), cancellationToken);
    }

    private static async Task<IReadOnlyCollection<string>> ReadKnownCommitsAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        var commits = new HashSet<string>();
        var list = await host.RunAsync(
            new()
            {
                Name = "list known commits",
                Programs = [RemoteGitCommands.ListKnown],
                Environment = RemoteGitCommands.Environment(context.Paths.CachedCopy),
                User = context.Paths.User,
                Deadline = context.Timeouts.Query,
                IsRepeatable = true,
            },
            line =>
            {
                commits.Add(line.Text);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        if (list.EnsureEnded().IsSuccess)
            return commits;
        // There is no cached copy yet, or it was cleared.
        var init = await host.RunAsync(
            new()
            {
                Name = "make the cached copy",
                Programs = [RemoteGitCommands.Init(context.Paths.CachedCopy)],
                User = context.Paths.User,
                Deadline = context.Timeouts.Query,
            },
            onLine: null,
            cancellationToken);
        init.EnsureSuccess();
        return [];
    }

    // Made by the stack's user: nginx follows links only to what belongs to whoever made them.
    private static IReadOnlyList<IReadOnlyList<string>> LinkUploads(DeployContext context)
    {
        var files = $"{context.ReleaseDirectory}/public";
        return
        [
            ["mkdir", "--parents", "--", files],
            ["ln", "--symbolic", "--force", "--no-target-directory", "--", context.Paths.System, $"{files}/system"],
        ];
    }

    // Whoever sends it closes it, and it is sent again when a connection was lost in between.
    private static Stream Rewound(Stream pack, long start)
    {
        pack.Position = start;
        return PipeReader.Create(pack, new(leaveOpen: true)).AsStream();
    }

    private static Remove ForgetIndex(DeployContext context) => new($"{context.Paths.CachedCopy}/index-{context.Release}");

    private static IReadOnlyList<FileChange> Furnish(DeployContext context)
    {
        var (release, paths) = (context.ReleaseDirectory, context.Paths);
        return
        [
            ForgetIndex(context),
            new Remove($"{release}/log"),
            new MakeLink($"{release}/log", paths.Log),
            new MakeDirectory($"{release}/tmp", Modes.Listable, paths.User, paths.User),
            // Last, for its presence says that the release is whole.
            new WriteFile($"{release}/REVISION", Encoding.ASCII.GetBytes(context.State.Commit + "\n")),
        ];
    }
}
