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
        // The first page tells the total by itself when it is not full.
        var total = page.Number == 1 && items.Count < page.Size ? items.Count : await query.CountAsync(cancellationToken);
        return List(items, page, total);
    }
}

/// <summary>Which part of a list is asked for.</summary>
internal readonly record struct ApiPage(int Number, int Size)
{
    public IQueryable<T> Of<T>(IQueryable<T> query)
    {
        var skip = (Number - 1L) * Size;
        return skip > int.MaxValue ? query.Take(0) : query.Skip((int)skip).Take(Size);
    }
}
