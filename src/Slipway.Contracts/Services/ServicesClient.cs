using System.Net.ServerSentEvents;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Containers;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Services;

public sealed class ServicesClient(ApiConnection connection)
{
    public Task<ApiList<Service>> ListAsync(string stackUid, string? serverUid = null, int page = 1, CancellationToken cancellationToken = default) =>
        connection.GetListAsync<Service>($"{Path(stackUid)}?page={page}&server_uid={Uri.EscapeDataString(serverUid ?? "")}", cancellationToken);

    public Task<Service> GetAsync(string stackUid, string name, string? serverUid = null, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Service>($"{Path(stackUid)}/{Uri.EscapeDataString(name)}?server_uid={Uri.EscapeDataString(serverUid ?? "")}", cancellationToken);

    /// <summary>Starts and stops containers until each named server has as many as wanted. It lasts over deployments and reboots.</summary>
    public Task<StackAction> ScaleAsync(
        string stackUid, string name, IReadOnlyDictionary<string, int> countByServerUid, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ScaleService, StackAction>(
            HttpMethod.Post, Path(stackUid), new() { ServiceName = name, ServerCount = countByServerUid }, cancellationToken);

    /// <summary>Runs a command once, in a new container of the service; its output is the action's log. It does not wait for a deployment that runs.</summary>
    public Task<StackAction> RunAsync(string stackUid, string name, RunCommand command, CancellationToken cancellationToken = default) =>
        connection.SendAsync<RunCommand, StackAction>(HttpMethod.Post, $"{Path(stackUid)}/{Uri.EscapeDataString(name)}/commands", command, cancellationToken);

    /// <summary>Stops all containers of a service, or those on a server.</summary>
    public Task<StackAction> StopAsync(string stackUid, string name, string? serverUid = null, CancellationToken cancellationToken = default) =>
        connection.SendAsync<StackAction>(
            HttpMethod.Delete, $"{Path(stackUid)}/{Uri.EscapeDataString(name)}?server_uid={Uri.EscapeDataString(serverUid ?? "")}", cancellationToken);

    /// <summary>The newest lines that the containers of a service printed, oldest first.</summary>
    public Task<ApiList<ContainerLogLine>> ListLogAsync(
        string stackUid, string name, int tail = ContainersClient.UsualTail, DateTimeOffset? since = null, CancellationToken cancellationToken = default) =>
        connection.GetListAsync<ContainerLogLine>(
            $"{Path(stackUid)}/{Uri.EscapeDataString(name)}/log?per_page={tail}&tail={tail}&since={Uri.EscapeDataString(since?.ToString("O") ?? "")}", cancellationToken);

    /// <summary>The same, and then what they print as it comes: events <see cref="ContainersClient.LineEvent"/> and <see cref="ContainersClient.ProblemEvent"/>.</summary>
    public IAsyncEnumerable<SseItem<string>> FollowLogAsync(
        string stackUid, string name, int tail = ContainersClient.UsualTail, CancellationToken cancellationToken = default) =>
        connection.FollowAsync($"{Path(stackUid)}/{Uri.EscapeDataString(name)}/log/events?tail={tail}", cancellationToken);

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/services";
}
