using System.Net.ServerSentEvents;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Actions;

public sealed class ActionsClient(ApiConnection connection)
{
    /// <summary>Name of the server-sent event that carries a log line.</summary>
    public const string LineEvent = "line";

    /// <summary>Name of the server-sent event that carries the list of steps, whenever one changed.</summary>
    public const string StepsEvent = "steps";

    /// <summary>Name of the last server-sent event: the finished action.</summary>
    public const string FinishedEvent = "finished";

    public Task<ApiList<StackAction>> ListAsync(string stackUid, int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<StackAction>($"stacks/{Uri.EscapeDataString(stackUid)}/actions", page, cancellationToken);

    public Task<StackAction> GetAsync(string stackUid, int id, CancellationToken cancellationToken = default) =>
        connection.GetAsync<StackAction>(Path(stackUid, id), cancellationToken);

    /// <summary>Has something done with the stack.</summary>
    public Task<StackAction> RunAsync(string stackUid, RunAction request, CancellationToken cancellationToken = default) =>
        connection.SendAsync<RunAction, StackAction>(HttpMethod.Post, $"stacks/{Uri.EscapeDataString(stackUid)}/actions", request, cancellationToken);

    /// <summary>Removes the code that web servers and Slipway keep between deployments.</summary>
    public Task<StackAction> ClearCachesAsync(string stackUid, CancellationToken cancellationToken = default) =>
        RunAsync(stackUid, new() { Command = "clear_caches" }, cancellationToken);

    /// <summary>Shows visitors a page that says so in place of the application, or the application again.</summary>
    public Task<StackAction> SetMaintenanceAsync(string stackUid, bool isOn, CancellationToken cancellationToken = default) =>
        RunAsync(stackUid, new() { Command = "maintenance_mode", Value = isOn ? "1" : "0" }, cancellationToken);

    /// <summary>Asks every server whether it can be worked with. It does not wait for a deployment that runs.</summary>
    public Task<StackAction> CheckServersAsync(string stackUid, CancellationToken cancellationToken = default) =>
        RunAsync(stackUid, new() { Command = "check_servers" }, cancellationToken);

    /// <summary>Starts databases and application anew.</summary>
    public Task<StackAction> RestartAsync(string stackUid, CancellationToken cancellationToken = default) =>
        RunAsync(stackUid, new() { Command = "restart" }, cancellationToken);

    /// <summary>Replaces the containers of a service by new ones of the same release.</summary>
    public Task<StackAction> RestartServiceAsync(string stackUid, string service, string? serverUid = null, CancellationToken cancellationToken = default) =>
        RunAsync(stackUid, new() { Command = "service_restart", ServiceName = service, ServerUid = serverUid }, cancellationToken);

    /// <summary>Replaces a container by a new one of the same release.</summary>
    public Task<StackAction> RestartContainerAsync(string stackUid, string containerUid, CancellationToken cancellationToken = default) =>
        RunAsync(stackUid, new() { Command = "container_restart", ContainerId = containerUid }, cancellationToken);

    /// <summary>Ends what runs, on the servers too; what waits does not begin.</summary>
    public Task<OkReply> CancelAsync(string stackUid, int id, CancellationToken cancellationToken = default) =>
        connection.SendAsync<OkReply>(HttpMethod.Delete, Path(stackUid, id), cancellationToken);

    public Task<ApiList<ActionStep>> ListStepsAsync(string stackUid, int id, CancellationToken cancellationToken = default) =>
        connection.ListAsync<ActionStep>(Path(stackUid, id) + "/steps", 1, cancellationToken);

    /// <summary>The lines behind <paramref name="since"/>, oldest first, at most 1,000.</summary>
    public Task<ApiList<ActionLogLine>> ListLogAsync(string stackUid, int id, long since = 0, CancellationToken cancellationToken = default) =>
        connection.GetListAsync<ActionLogLine>($"{Path(stackUid, id)}/log?since={since}", cancellationToken);

    /// <summary>Follows an action until it is finished: its lines, steps and end as they come.</summary>
    public IAsyncEnumerable<SseItem<string>> FollowAsync(string stackUid, int id, long since = 0, CancellationToken cancellationToken = default) =>
        connection.FollowAsync($"{Path(stackUid, id)}/events?since={since}", cancellationToken);

    private static string Path(string stackUid, int id) => $"stacks/{Uri.EscapeDataString(stackUid)}/actions/{id}";
}
