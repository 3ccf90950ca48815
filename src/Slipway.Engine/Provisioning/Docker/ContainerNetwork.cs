using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.Docker;

/// <summary>The network of a stack's containers on a server. Docker chooses its addresses, so databases are opened to them once it is made.</summary>
internal sealed class ContainerNetwork(StackPaths paths, IRemoteHost host, EngineTimeouts timeouts)
{
    /// <summary>Makes it where it is not yet.</summary>
    /// <returns>Its addresses, such as 172.18.0.0/16.</returns>
    public async Task<IReadOnlyList<string>> EnsureAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is { } present)
            return present;
        (await host.RunAsync(Command("make the network", DockerCommands.CreateNetwork(paths)), onLine: null, cancellationToken)).EnsureSuccess();
        return await FindAsync(cancellationToken)
            ?? throw new UserErrorException($"Docker made the network {paths.Network}, and does not find it. Look at 'docker network ls' on the server, then deploy again.");
    }

    /// <summary>Whether databases on the server are not open to these addresses yet, as when somebody has removed the network and it was made anew.</summary>
    public async Task<bool> IsShutOutAsync(IReadOnlyList<string> networks, CancellationToken cancellationToken) =>
        await host.ReadFileAsync(paths.DatabaseClients, cancellationToken) is not { } noted || Encoding.ASCII.GetString(noted) != Text(networks);

    public Task NoteOpenedAsync(IReadOnlyList<string> networks, CancellationToken cancellationToken) =>
        host.ApplyAsync([new WriteFile(paths.DatabaseClients, Encoding.ASCII.GetBytes(Text(networks)), Modes.Private)], cancellationToken);

    private async Task<IReadOnlyList<string>?> FindAsync(CancellationToken cancellationToken)
    {
        var (result, lines) = await host.ReadAsync(Command("look for the network", DockerQueries.Network(paths)), cancellationToken);
        return result.IsSuccess ? [.. lines.Select(line => line.Split(' ')[0]).Where(IsNetwork)] : null;
    }

    private static bool IsNetwork(string subnet) => IPNetwork.TryParse(subnet, out var network) && network.BaseAddress.AddressFamily is AddressFamily.InterNetwork;

    private static string Text(IEnumerable<string> networks) => string.Concat(networks.Select(network => network + "\n"));

    private RemoteCommand Command(string name, IReadOnlyList<string> program) => StackContainers.Quick(paths, timeouts, name, program);
}
