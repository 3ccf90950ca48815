using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Containers;

public sealed class ContainersClient(ApiConnection connection)
{
    /// <summary>Event of a followed log: a line, as <see cref="ContainerLogLine"/>.</summary>
    public const string LineEvent = "line";

    /// <summary>Event of a followed log: why lines of a container do not come, in words.</summary>
    public const string ProblemEvent = "problem";

    /// <summary>How many lines are shown unless somebody asks for more.</summary>
    public const int UsualTail = 100;

    /// <summary>The containers of a stack, or those of a server or a service.</summary>
    public Task<ApiList<Container>> ListAsync(
        string stackUid, string? serverUid = null, string? serviceName = null, int page = 1, CancellationToken cancellationToken = default) =>
        connection.GetListAsync<Container>(
            $"{Path(stackUid)}?page={page}&server_uid={Uri.EscapeDataString(serverUid ?? "")}&service_name={Uri.EscapeDataString(serviceName ?? "")}", cancellationToken);

    /// <summary>One container with what Docker says of it.</summary>
    public Task<Container> GetAsync(string stackUid, string uid, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Container>($"{Path(stackUid)}/{Uri.EscapeDataString(uid)}", cancellationToken);

    /// <summary>What the stack's containers use right now. Servers that do not answer are left out.</summary>
    public Task<ApiList<ContainerUsage>> ListUsageAsync(string stackUid, CancellationToken cancellationToken = default) =>
        connection.GetListAsync<ContainerUsage>($"stacks/{Uri.EscapeDataString(stackUid)}/container_usage", cancellationToken);

    /// <summary>Stops and removes a container; its server has one less of its service from then on.</summary>
    public Task<StackAction> StopAsync(string stackUid, string uid, CancellationToken cancellationToken = default) =>
        connection.SendAsync<StackAction>(HttpMethod.Delete, $"{Path(stackUid)}/{Uri.EscapeDataString(uid)}", cancellationToken);

    /// <summary>The newest lines that a container printed, oldest first.</summary>
    public Task<ApiList<ContainerLogLine>> ListLogAsync(
        string stackUid, string uid, int tail = ContainersClient.UsualTail, DateTimeOffset? since = null, CancellationToken cancellationToken = default) =>
        connection.GetListAsync<ContainerLogLine>(
            $"{Path(stackUid)}/{Uri.EscapeDataString(uid)}/log?per_page={tail}&tail={tail}&since={Uri.EscapeDataString(since?.ToString("O") ?? "")}", cancellationToken);

    /// <summary>The same, and then what it prints as it comes: events <see cref="ContainersClient.LineEvent"/> and <see cref="ContainersClient.ProblemEvent"/>.</summary>
    public IAsyncEnumerable<SseItem<string>> FollowLogAsync(
        string stackUid, string uid, int tail = ContainersClient.UsualTail, CancellationToken cancellationToken = default) =>
        connection.FollowAsync($"{Path(stackUid)}/{Uri.EscapeDataString(uid)}/log/events?tail={tail}", cancellationToken);

    /// <summary>
    /// Opens a shell in a container. Binary messages are what is typed and printed; a text message <c>{"resize":{"columns":120,"rows":40}}</c> tells a
    /// new size, and one that comes, <c>{"ended":"..."}</c>, why the terminal is closed.
    /// </summary>
    public Task<WebSocket> OpenTerminalAsync(string stackUid, string uid, int columns = 80, int rows = 24, CancellationToken cancellationToken = default) =>
        connection.OpenSocketAsync($"{Path(stackUid)}/{Uri.EscapeDataString(uid)}/terminal?columns={columns}&rows={rows}", cancellationToken);

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/containers";
}
