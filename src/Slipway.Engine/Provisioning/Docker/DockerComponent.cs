using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Images;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.Docker;

/// <summary>The distribution's Docker Engine. It listens on its Unix socket, which only root may use, and nowhere else.</summary>
internal sealed class DockerComponent : IComponent
{
    private const string Unit = "docker.service";
    // Where Docker's own packages are, they do.
    private const string Engine = "docker.io" + ComponentPlan.Or + "docker-ce";
    private const string CommandLine = "docker-cli" + ComponentPlan.Or + "docker-ce-cli";
    private const int MaxLooks = 50;

    // From Debian 13 on the command line is a package of its own.
    private static readonly string[] WithoutCommandLine = ["trixie", "forky", "sid"];

    public string Name => "docker";

    public ProvisionPhase Phase => ProvisionPhase.Servers;

    public ComponentPlan? Plan(StackSpec stack, ServerSpec server) => !stack.IsDocker || !stack.HasCode(server) ? null : new ComponentPlan
    {
        Packages = WithoutCommandLine.Contains(server.Facts.Codename) ? [Engine, CommandLine] : [Engine],
        Files = [new MakeDirectory(stack.Paths.DockerConfiguration, Modes.PrivateDirectory)],
        Settings = [new(DockerConfig.With(null))],
    };

    public async Task ConfigureAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        await RefuseSwarmAsync(run, cancellationToken);
        await RefuseOpenAsync(run, cancellationToken);
        await run.ApplyAsync(run.Plan.Files, cancellationToken);
        var present = await run.Host.ReadFileAsync(DockerConfig.Path, cancellationToken);
        var settings = DockerConfig.With(present is null ? null : Encoding.UTF8.GetString(present));
        await run.ApplyAsync([new WriteFile(DockerConfig.Path, Encoding.UTF8.GetBytes(settings))], cancellationToken);
        if (DockerConfig.KeepsContainers(settings) && await run.IsStaleAsync(Unit, settings, cancellationToken))
            await SpareContainersAsync(run, cancellationToken);
        await run.EnsureRunsAsync(Unit, settings, cancellationToken);
        // One that did not run is asked now.
        await RefuseOpenAsync(run, cancellationToken);
    }

    public async Task RemoveAsync(ComponentRun run, bool withData, CancellationToken cancellationToken)
    {
        var paths = run.Stack.Paths;
        var containers = (await ListAsync(run, "list containers", DockerCommands.ListContainers(paths), cancellationToken))
            .Concat(await ListAsync(run, "list containers of commands", DockerCommands.ListApart(paths), cancellationToken)).ToList();
        if (containers.Count > 0)
            await run.RunAsync("stop containers", [DockerCommands.StopAndRemove(containers, graceSeconds: 10)], run.Timeouts.Drain * 3, cancellationToken);
        if ((await run.ReadAsync("look for the network", [DockerQueries.Network(paths)], cancellationToken)).Result.IsSuccess)
            await run.RunAsync("remove the network", DockerCommands.RemoveNetwork(paths), cancellationToken);
        await NamesComponent.ForgetAsync(run, cancellationToken);
        var images = (await ListAsync(run, "list images", DockerQueries.Images(paths), cancellationToken)).Where(PruneImages.IsOurs).ToList();
        if (images.Count > 0)
            await run.RunAsync("remove images", ImageCommands.Remove(images), cancellationToken);
        await new PulledOriginals(paths, run.Host, run.Timeouts).LetGoAsync(cancellationToken);
        await run.Host.ApplyAsync([new Remove(paths.ImageFiles)], cancellationToken);
        var volumes = await ListAsync(run, "list volumes", DockerCommands.ListVolumes(paths), cancellationToken);
        if (withData && volumes.Count > 0)
            await run.RunAsync("remove volumes", DockerCommands.RemoveVolumes(volumes), cancellationToken);
        else if (volumes.Count > 0)
            await run.LogAsync(Severity.Warning, $"Docker's volumes of the stack stay: {string.Join(", ", volumes)}.");
    }

    // A swarm does not start with the setting that keeps containers alive, and has ideas of its own about them.
    private static async Task RefuseSwarmAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        var (_, state) = await run.ReadAsync("look for a swarm", [DockerCommands.ShowSwarm], cancellationToken);
        if (state is ["active" or "pending" or "locked" or "error"])
            throw new UserErrorException($"Docker on {run.Server.Name} is part of a swarm, which Slipway leaves alone. Use another server, or run 'docker swarm leave' there and deploy again.");
    }

    // Whoever reaches it has the whole machine, and with it the secrets of all stacks.
    private static async Task RefuseOpenAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        var (_, lines) = await run.ReadAsync("see where Docker listens", DockerHosts.Show, cancellationToken);
        if (DockerHosts.FindOpen(lines) is { } address)
            throw new UserErrorException($"Docker on {run.Server.Name} listens on {address}, which gives everybody who reaches it the whole machine. Take that out of how it is started (see 'systemctl cat docker.service docker.socket' and /etc/default/docker there), restart it, then deploy again. Or use another server.");
    }

    // Other people's containers may run on an engine that was there before: it ends them when it restarts, unless it has been told to let them live.
    private static async Task SpareContainersAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        if (!(await run.ReadAsync($"look at {Unit}", [SystemdCommands.IsActive(Unit)], cancellationToken)).Result.IsSuccess)
            return;
        await run.RunAsync($"reload {Unit}", SystemdCommands.TryReload(Unit), cancellationToken);
        for (var look = 0; look < MaxLooks; look++)
            if ((await run.ReadAsync("look whether containers are kept", [DockerCommands.ShowLiveRestore], cancellationToken)).Lines is ["true"])
                return;
        throw new UserErrorException($"Docker on {run.Server.Name} does not take over the settings in {DockerConfig.Path}. Look at 'journalctl -u {Unit}' there, then deploy again.");
    }

    // Where the engine was never installed there is nothing.
    private static async Task<IReadOnlyList<string>> ListAsync(ComponentRun run, string name, IReadOnlyList<string> program, CancellationToken cancellationToken)
    {
        var (result, lines) = await run.ReadAsync(name, [program], cancellationToken);
        return result.IsSuccess ? lines : [];
    }
}
