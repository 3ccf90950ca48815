using System.Collections.Concurrent;
using System.Text;
using Slipway.Engine;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Docker.Drift;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Deployments.Docker.Tls;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;
using Slipway.Server.Deployments;

namespace Slipway.Server.Containers;

/// <summary>Looks at what a Docker stack has on a server.</summary>
internal sealed partial class ServerLooks(
    IServiceScopeFactory scopes, IRemoteHosts hosts, ContainerSights sights, EngineTimeouts timeouts, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // Certificates are renewed months before they end.
    private static readonly TimeSpan CertificateInterval = TimeSpan.FromHours(6);

    // When each server's certificate was looked at.
    private readonly ConcurrentDictionary<int, DateTimeOffset> _certificates = new();

    /// <summary>Forgets all other servers.</summary>
    public void Keep(IReadOnlySet<int> serverIds)
    {
        sights.Keep(serverIds);
        foreach (var id in _certificates.Keys.Where(id => !serverIds.Contains(id)))
            _certificates.TryRemove(id, out _);
    }

    /// <summary>Null where a machine cannot be reached, or its Docker cannot be understood. That says nothing about its containers: they may well serve.</summary>
    public async Task<ServerLook?> LookAsync(Servers.Server server, CancellationToken cancellationToken)
    {
        var (stack, machine) = (server.Stack!, server.Machine!);
        var host = hosts.For(
            new(machine.Address, machine.Port, machine.UserName, stack.SshPrivateKey, machine.HostKey), RemoteScope.None);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Patience);
        var isIdle = false;
        try
        {
            var missed = await ReadAsync(services => MissedAsync(services, server, late.Token));
            isIdle = server.Containers.Count == 0 && missed.Count == 0;
            // One that was not deployed to yet has no Docker to ask.
            return isIdle && await host.ReadFileAsync(DockerConfig.Path, late.Token) is null ? ServerLook.Nothing : await LookAsync(server, host, missed, late.Token);
        }
        // Whatever it is, the other servers are looked at.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnknown(machine.Address, exception.Message);
            return isIdle ? ServerLook.Nothing : null;
        }
    }

    private static async Task<IReadOnlyList<string>> MissedAsync(IServiceProvider services, Servers.Server server, CancellationToken cancellationToken) =>
    [
        .. await PassedOver.FindAsync(services.GetRequiredService<AppDb>(), server, cancellationToken),
        .. await DefaultNumbers.FindMissingAsync(services.GetRequiredService<DeploymentContexts>(), server, cancellationToken),
    ];

    private async Task<ServerLook> LookAsync(Servers.Server server, IRemoteHost host, IReadOnlyList<string> missed, CancellationToken cancellationToken)
    {
        var stack = server.Stack!;
        var (paths, wanted, asked) = (new StackPaths(stack.Slug), server.Containers.Select(container => container.Uid).ToHashSet(), time.GetUtcNow());
        var present = await StackContainers.LookAsync(paths, timeouts, host, cancellationToken);
        var own = present.Where(container => container.IsOurs).ToList();
        var hasNames = own.Exists(container => container is { IsUp: true, KnowsNames: true });
        var upstreams = await TextOfAsync(host, paths.NginxUpstream, cancellationToken) + (hasNames ? await TextOfAsync(host, paths.NginxStream, cancellationToken) : "");
        var lacksNames = hasNames && await NameDrift.IsLackingAsync(paths, timeouts, host, cancellationToken);
        var targets = ContainerSites.TargetsOf(upstreams).ToHashSet();
        var kept = await KeptAsync(stack.Id, ServerDrift.PassedOver(wanted, own, targets), cancellationToken);
        var seen = sights.Note(server.Id, wanted, present, kept, asked);
        foreach (var stranger in sights.NewStrangersOn(server.Id))
            LogStranger(stranger.Name, stranger.Image, server.Machine!.Address);
        if (own.Count == 0 && wanted.Count == 0 && missed.Count == 0)
            return ServerLook.Nothing;
        var failed = await ReadAsync(services => FailedRuns.FindAsync(services.GetRequiredService<AppDb>(), stack.Id, ServerDrift.RunsToLookUp(wanted, own), cancellationToken));
        var drift = ServerDrift.Find(wanted, own, targets, failed, kept)
            .Concat(missed.Select(service => $"number of {service}")).Concat(lacksNames ? ["names"] : []);
        var ill = seen.Where(sight => sight.Value.Problem is not null).Select(sight => $"{sight.Key} is ill");
        IReadOnlyList<string> due = await IsCertificateDueAsync(server, paths, host, cancellationToken) ? ["certificate"] : [];
        return new([.. drift.Select(Named)], [.. ill.Select(Named)], [.. due.Select(Named)]);

        string Named(string fault) => $"{server.Uid}: {fault}";
    }

    // The definition is read only where one is passed over, which is rare.
    private async Task<IReadOnlyDictionary<string, IReadOnlyList<int>>> KeptAsync(
        int stackId, IReadOnlyList<ContainerState> passedOver, CancellationToken cancellationToken) => ServerDrift.Kept(
        passedOver,
        passedOver.Count == 0 ? null : await ReadAsync(services => services.GetRequiredService<DeploymentContexts>().ServicesOfLiveAsync(stackId, cancellationToken)));

    private async Task<bool> IsCertificateDueAsync(Servers.Server server, StackPaths paths, IRemoteHost host, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_certificates.TryGetValue(server.Id, out var last) && now - last < CertificateInterval)
            return false;
        var isDue = await SiteCertificates.IsRenewalDueAsync(paths, timeouts, host, cancellationToken);
        _certificates[server.Id] = now;
        return isDue;
    }

    // Machines are looked at side by side, and a context serves one at a time.
    private async Task<T> ReadAsync<T>(Func<IServiceProvider, Task<T>> read)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await read(scope.ServiceProvider);
    }

    private static async Task<string> TextOfAsync(IRemoteHost host, string path, CancellationToken cancellationToken) =>
        await host.ReadFileAsync(path, cancellationToken) is { } file ? Encoding.UTF8.GetString(file) : "";

    [LoggerMessage(LogLevel.Information, "What runs on {Address} is not known: {Reason}")]
    private partial void LogUnknown(string address, string reason);

    [LoggerMessage(LogLevel.Information, "The container {Name} of the image {Image} on {Address} was not started by Slipway, and is left alone")]
    private partial void LogStranger(string name, string image, string address);
}
