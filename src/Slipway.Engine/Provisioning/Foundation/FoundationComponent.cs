using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.Foundation;

/// <summary>What every server has, and the places and the user of the stack where its code is.</summary>
internal sealed class FoundationComponent : IComponent
{
    // nginx reads static files and connects to sockets that belong to the stack's group.
    private const string WebUser = "www-data";

    public string Name => "base";

    public ProvisionPhase Phase => ProvisionPhase.Servers;

    public ComponentPlan Plan(StackSpec stack, ServerSpec server)
    {
        var sshd = new WriteFile(SshdConfig.Path, Encoding.UTF8.GetBytes(SshdConfig.Text));
        return stack.HasCode(server)
            ? new ComponentPlan { Packages = ["git", "logrotate"], Files = [.. Directories(stack.Paths), sshd], Settings = [new(stack.Paths.User)] }
            : new ComponentPlan { Files = [sshd] };
    }

    public async Task ConfigureAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        if (run.Stack.HasCode(run.Server))
            await AddUserAsync(run, run.Stack.Paths, cancellationToken);
        await run.ApplyAsync(run.Plan.Files, cancellationToken);
        if (await run.IsStaleAsync("sshd", SshdConfig.Text, cancellationToken))
            await ReloadSshdAsync(run, cancellationToken);
    }

    public async Task RemoveAsync(ComponentRun run, bool withData, CancellationToken cancellationToken)
    {
        var paths = run.Stack.Paths;
        if (!run.Stack.HasCode(run.Server))
            return;
        await run.Host.ApplyAsync([new Remove(LogRotation.Path(paths)), new Remove(paths.Configuration)], cancellationToken);
        var uploads = await run.ReadAsync("look for uploaded files", [["find", paths.System, "-mindepth", "1", "-print", "-quit"]], cancellationToken);
        if (!withData && uploads.Lines.Count > 0 && uploads.Result.IsSuccess)
        {
            string[] rest = [paths.Current, paths.Releases, paths.CachedCopy, paths.Bundle, $"{paths.Shared}/bundle-config", paths.Log];
            await run.Host.ApplyAsync([.. rest.Select(path => new Remove(path))], cancellationToken);
            await run.LogAsync(Severity.Warning, $"Uploaded files stay in {paths.System}, and with them their owner {paths.User}.");
            return;
        }
        await run.Host.ApplyAsync([new Remove(paths.DeployDirectory)], cancellationToken);
        await RemoveUserAsync(run, paths.User, cancellationToken);
    }

    // The group outlives its user where nginx is a member of it.
    private static async Task RemoveUserAsync(ComponentRun run, string user, CancellationToken cancellationToken)
    {
        if ((await run.ReadAsync("look for the stack's user", [["getent", "passwd", user]], cancellationToken)).Result.IsSuccess)
            await run.RunAsync("remove the stack's user", UserCommands.Remove(user), cancellationToken);
        if ((await run.ReadAsync("look for the stack's group", [["getent", "group", user]], cancellationToken)).Result.IsSuccess)
            await run.RunAsync("remove the stack's group", UserCommands.RemoveGroup(user), cancellationToken);
    }

    private static IReadOnlyList<FileChange> Directories(StackPaths paths) =>
    [
        new MakeDirectory(paths.DeployDirectory, Modes.GroupListable, "root", paths.User),
        new MakeDirectory(paths.Base, Modes.GroupListable, "root", paths.User),
        new MakeDirectory(paths.Releases, Modes.GroupListable, paths.User, paths.User),
        new MakeDirectory(paths.Shared, Modes.GroupListable, paths.User, paths.User),
        new MakeDirectory(paths.Log, Modes.GroupListable, paths.User, paths.User),
        new MakeDirectory(paths.System, Modes.GroupListable, paths.User, paths.User),
        new MakeDirectory(paths.Bundle, Modes.GroupListable, paths.User, paths.User),
        new MakeDirectory(paths.Configuration, Modes.GroupListable, "root", paths.User),
        new WriteFile(LogRotation.Path(paths), Encoding.UTF8.GetBytes(LogRotation.Text(paths))),
    ];

    private static async Task AddUserAsync(ComponentRun run, StackPaths paths, CancellationToken cancellationToken)
    {
        var (_, found) = await run.ReadAsync("look for the stack's user", UserCommands.Find(paths.User), cancellationToken);
        var join = UserCommands.AddToGroup(WebUser, paths.User);
        if (found.Count == 0)
            await run.RunAsync("add the stack's user", [UserCommands.Add(paths.User, paths.Shared), join], run.Timeouts.Service, cancellationToken);
        else if (!found[^1].Split(':', ',').Skip(3).Contains(WebUser))
            await run.RunAsync("let nginx read the stack's files", join, cancellationToken);
    }

    private static async Task ReloadSshdAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        var (check, lines) = await run.ReadAsync("check sshd's configuration", [SshdConfig.Check], cancellationToken);
        if (!check.IsSuccess)
        {
            await run.Host.ApplyAsync([new Remove(SshdConfig.Path)], cancellationToken);
            throw new UserErrorException(
                $"sshd on {run.Server.Name} does not accept its configuration; it goes on with the one it had. Correct /etc/ssh/sshd_config, then "
                + $"deploy again. sshd says:\n{string.Join('\n', lines)}");
        }
        await run.RunAsync("reload sshd", SystemdCommands.TryReload("ssh.service"), cancellationToken);
        await run.MarkAppliedAsync("sshd", SshdConfig.Text, cancellationToken);
    }
}
