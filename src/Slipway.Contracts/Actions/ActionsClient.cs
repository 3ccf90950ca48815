using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
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

    public Task<ApiList<ActionStep>> ListStepsAsync(string stackUid, int id, CancellationToken cancellationToken = default) =>
        connection.ListAsync<ActionStep>(Path(stackUid, id) + "/steps", 1, cancellationToken);

    /// <summary>The lines behind <paramref name="since"/>, oldest first, at most 1,000.</summary>
    public Task<ApiList<ActionLogLine>> ListLogAsync(string stackUid, int id, long since = 0, CancellationToken cancellationToken = default) =>
        connection.GetListAsync<ActionLogLine>($"{Path(stackUid, id)}/log?since={since}", cancellationToken);

    /// <summary>Follows an action until it is finished: its lines, steps and end as they come.</summary>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(
        string stackUid, int id, long since = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var response = await connection.OpenAsync($"{Path(stackUid, id)}/events?since={since}", cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
            yield return item;
    }

    private static string Path(string stackUid, int id) => $"stacks/{Uri.EscapeDataString(stackUid)}/actions/{id}";
}
