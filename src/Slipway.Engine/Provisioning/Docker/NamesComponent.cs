using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.Docker;

/// <summary>What servers need for names of services that lead to those that are to be asked, on whichever server they are: rules that lead to nginx, and nginx's module for connections of any kind.</summary>
internal sealed class NamesComponent : IComponent
{
    private const string Stream = "nginx-stream";

    public string Name => "names";

    public ProvisionPhase Phase => ProvisionPhase.Servers;

    public ComponentPlan? Plan(StackSpec stack, ServerSpec server) =>
        !stack.IsDocker || !stack.RunsCode(server) ? null : new ComponentPlan
        {
            Packages = ["libnginx-mod-stream", "nftables"],
            Files =
            [
                new MakeDirectory(NameFiles.PortsDirectory),
                new MakeDirectory(NameFiles.RulesDirectory),
                new MakeDirectory(NameFiles.StreamDirectory),
                File(NameFiles.RulesPath, NameFiles.Rules),
                File(NameFiles.SettingsPath, NameFiles.Settings),
                File(StackPaths.UnitFile(NameFiles.Unit), NameFiles.UnitText),
                new MakeLink(SystemdCommands.WantsLink(NameFiles.Unit), StackPaths.UnitFile(NameFiles.Unit)),
            ],
            // Written last, and gone again when nginx does not take it.
            Settings = [new(NameFiles.Stream)],
        };

    public async Task ConfigureAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        await run.ApplyAsync(run.Plan.Files, cancellationToken);
        await run.EnsureRunsAsync(NameFiles.Unit, NameFiles.Settings + NameFiles.UnitText + NameFiles.Rules, cancellationToken);
        if (await run.Host.ReadFileAsync(NameFiles.StreamPath, cancellationToken) is not null && !await run.IsStaleAsync(Stream, NameFiles.Stream, cancellationToken))
            return;
        await run.ApplyAsync([File(NameFiles.StreamPath, NameFiles.Stream)], cancellationToken);
        var (check, lines) = await run.ReadAsync("check nginx's configuration", [NginxCommands.Check], cancellationToken);
        if (!check.IsSuccess)
        {
            await run.Host.ApplyAsync([new Remove(NameFiles.StreamPath)], cancellationToken);
            throw new UserErrorException(
                $"nginx on {run.Server.Name} does not accept Slipway's stream block, so the stack's services cannot find each other by name; it goes on with "
                + $"what it had. Where its configuration has a stream block of its own, remove that, then deploy again. nginx says:\n{string.Join('\n', lines)}");
        }
        await run.RunAsync("reload nginx", NginxCommands.Reload, cancellationToken);
        await run.MarkAppliedAsync(Stream, NameFiles.Stream, cancellationToken);
    }

    /// <summary>Takes a stack's rules and ports away. Its part of nginx went with its sites.</summary>
    public static async Task ForgetAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        var paths = run.Stack.Paths;
        var (links, ports) = await run.ReadAsync("look at the ports of services", [PortClaims.Show], cancellationToken);
        if (links.IsSuccess)
            await run.Host.ApplyAsync(PortClaims.Release(paths.Slug, ports), cancellationToken);
        if (await run.Host.ReadFileAsync(paths.NameRules, cancellationToken) is null)
            return;
        // The file goes last: as long as it is there, a repetition finds the rules.
        await run.Host.ApplyAsync([File(paths.NameRules, NameFiles.NoRules(paths))], cancellationToken);
        await run.RunAsync("forget the names of services", NameFiles.Load(paths), cancellationToken);
        await run.Host.ApplyAsync([new Remove(paths.NameRules)], cancellationToken);
    }

    private static WriteFile File(string path, string text) => new(path, Encoding.UTF8.GetBytes(text));
}
