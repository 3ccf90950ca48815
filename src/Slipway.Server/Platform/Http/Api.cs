using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;

namespace Slipway.Server.Platform.Http;

/// <summary>The envelopes of answers.</summary>
internal static class Api
{
    public static Ok<ApiResponse<T>> Ok<T>(T response) => TypedResults.Ok(new ApiResponse<T>(response));

    public static Ok<ApiList<T>> List<T>(IReadOnlyList<T> items, ApiPage page, int total) =>
        TypedResults.Ok(new ApiList<T>(items, items.Count, Pagination.For(page.Number, page.Size, total)));

    /// <summary>One page of a query, which must be in a stable order.</summary>
    public static async Task<Ok<ApiList<T>>> ListAsync<T>(IQueryable<T> query, ApiPage page, CancellationToken cancellationToken)
    {
        var items = await page.Of(query).ToListAsync(cancellationToken);
        var total = page.IsWhole(items.Count) ? items.Count : await query.CountAsync(cancellationToken);
        return List(items, page, total);
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
