using System.Collections.Concurrent;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Actions;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work.Feed;
using Slipway.Server.Platform.Work;
using Slipway.Server.Users;

namespace Slipway.Server.Actions;

/// <summary>
/// An action as server-sent events until its end: lines, the list of steps whenever one changed, and the finished action. A reader that was cut
/// off goes on behind the last line it has seen.
/// </summary>
internal sealed class FollowAction(
    IDbContextFactory<AppDb> contexts, ActionFeed feed, LastingAccess access, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan AccessInterval = TimeSpan.FromSeconds(15);

    // Readers who have seen the same come at the same time, by the signal that woke them all: the first one's look is for all of them.
    private readonly ConcurrentDictionary<(int Id, long Since, long Version), Lazy<Task<Look?>>> _looks = new();

    private TimeProvider Time => time;

    public static async Task<Results<ServerSentEventsResult<string>, ApiProblem>> Handle(
        string stackUid, int id, HttpContext http, ApiParameters parameters, Caller caller, AppDb db, FollowAction follow, CancellationToken cancellationToken)
    {
        var since = long.TryParse(http.Request.Headers["Last-Event-ID"], CultureInfo.InvariantCulture, out var last)
            ? last
            : parameters.Whole("since", 0, 0, long.MaxValue);
        if (!await db.Actions.VisibleTo(db, caller, stackUid, id).AnyAsync(cancellationToken))
            return ApiProblem.NotFound();
        var visit = await follow.BeginAsync(http, caller, stackUid, cancellationToken);
        return Api.Events(follow.ReadAsync(id, since, visit, cancellationToken), follow.Time, cancellationToken);
    }

    private Task<LastingVisit> BeginAsync(HttpContext http, Caller caller, string stackUid, CancellationToken cancellationToken) =>
        access.BeginAsync(http, caller, stackUid, AccessLevel.View, Scopes.Public, cancellationToken);

    private async IAsyncEnumerable<SseItem<string>> ReadAsync(int id, long since, LastingVisit visit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var (shownSteps, allowed) = ("", time.GetTimestamp());
        while (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            if (time.GetElapsedTime(allowed) >= AccessInterval)
            {
                if (await access.FindObstacleAsync(visit, cancellationToken) is not null)
                    yield break;
                allowed = time.GetTimestamp();
            }
            var news = feed.NextAsync(id);
            if (await ShareAsync(id, since, cancellationToken) is not var (action, lines, steps))
                yield break;
            foreach (var line in lines)
            {
                since = line.Id;
                yield return new(JsonSerializer.Serialize(line, SlipwayJson.Default.ActionLogLine), ActionsClient.LineEvent)
                {
                    EventId = line.Id.ToString(CultureInfo.InvariantCulture),
                };
            }
            if (steps != shownSteps)
                yield return new(shownSteps = steps, ActionsClient.StepsEvent);
            if (lines.Count == ActionEndpoints.MaxLines)
                continue;
            if (action.FinishedAt is not null)
            {
                yield return new(JsonSerializer.Serialize(action, SlipwayJson.Default.StackAction), ActionsClient.FinishedEvent);
                yield break;
            }
            await news.WaitAsync(ActionFeed.LookInterval, time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private Task<Look?> ShareAsync(int id, long since, CancellationToken cancellationToken)
    {
        var key = (id, since, feed.Version);
        return _looks.GetOrAdd(key, _ => new(LookOnceAsync)).Value.WaitAsync(cancellationToken);

        async Task<Look?> LookOnceAsync()
        {
            try
            {
                return await LookAsync(id, since);
            }
            finally
            {
                _looks.TryRemove(key, out _);
            }
        }
    }

    // The action is read first: what it says to be finished has all its lines written.
    private async Task<Look?> LookAsync(int id, long since)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        // The last action of a stack removes itself with the stack.
        if (await db.Actions.Where(row => row.Id == id).Select(ActionRecords.ToRecord).FirstOrDefaultAsync(CancellationToken.None) is not { } action)
            return null;
        var lines = await db.LogLines.Where(line => line.ActionId == id && line.Id > since).OrderBy(line => line.Id)
            .Take(ActionEndpoints.MaxLines).Select(ActionRecords.ToLine).ToListAsync(CancellationToken.None);
        var steps = await db.JournalSteps.Where(step => step.ActionId == id).OrderBy(step => step.Number).Select(ActionRecords.ToStep)
            .ToListAsync(CancellationToken.None);
        return new(action, lines, JsonSerializer.Serialize(steps, SlipwayJson.Default.IReadOnlyListActionStep));
    }

    private sealed record Look(Contracts.Actions.StackAction Action, List<ActionLogLine> Lines, string Steps);
}
