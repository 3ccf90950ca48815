using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Http;

namespace Slipway.Server.Platform.Http;

/// <summary>The envelopes of answers.</summary>
internal static class Api
{
    // Proxies give up what says nothing for a minute.
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    public static Ok<ApiResponse<T>> Ok<T>(T response) => TypedResults.Ok(new ApiResponse<T>(response));

    public static Ok<ApiList<T>> List<T>(IReadOnlyList<T> items, ApiPage page, int total) =>
        TypedResults.Ok(new ApiList<T>(items, items.Count, Pagination.For(page.Number, page.Size, total)));

    /// <summary>Server-sent events, with an empty one whenever nothing has come for a while.</summary>
    public static ServerSentEventsResult<string> Events(IAsyncEnumerable<SseItem<string>> events, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(BeatAsync(events, time, cancellationToken));

    /// <summary>One page of a query, which must be in a stable order.</summary>
    public static async Task<Ok<ApiList<T>>> ListAsync<T>(IQueryable<T> query, ApiPage page, CancellationToken cancellationToken)
    {
        var items = await page.Of(query).ToListAsync(cancellationToken);
        var total = page.IsWhole(items.Count) ? items.Count : await query.CountAsync(cancellationToken);
        return List(items, page, total);
    }

    private static async IAsyncEnumerable<SseItem<string>> BeatAsync(
        IAsyncEnumerable<SseItem<string>> events, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var source = events.GetAsyncEnumerator(ending.Token);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                await ((Task)next).WaitAsync(Beat, time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!next.IsCompleted && !ending.IsCancellationRequested)
                {
                    yield return new("", ApiConnection.BeatEvent);
                    continue;
                }
                if (!await next)
                    yield break;
                yield return source.Current;
                next = source.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            await ending.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>Which part of a list is asked for.</summary>
internal readonly record struct ApiPage(int Number, int Size)
{
    /// <summary>How many items come before it; no list is longer than that can count.</summary>
    public int Skip => (int)Math.Min((Number - 1L) * Size, int.MaxValue);

    public IQueryable<T> Of<T>(IQueryable<T> query) => query.Skip(Skip).Take(Size);

    /// <summary>Whether so many items are all that there are: the first page tells the total by itself when it is not full.</summary>
    public bool IsWhole(int count) => Number == 1 && count < Size;
}
