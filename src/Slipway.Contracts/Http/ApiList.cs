namespace Slipway.Contracts.Http;

/// <summary>The envelope of every list: one page of it.</summary>
/// <param name="Response">The items of this page.</param>
/// <param name="Count">How many items this page holds.</param>
/// <param name="Pagination">Where this page stands among all pages.</param>
public sealed record ApiList<T>(IReadOnlyList<T> Response, int Count, Pagination Pagination);

/// <summary>Where a page stands. Pages count from 1.</summary>
/// <param name="Previous">Number of the page before, or null.</param>
/// <param name="Next">Number of the page behind, or null.</param>
/// <param name="Current">Number of this page.</param>
/// <param name="PerPage">Items on a full page: 30 unless <c>per_page</c> says otherwise, at most 100.</param>
/// <param name="Count">Items on all pages.</param>
/// <param name="Pages">Number of pages, at least 1.</param>
public sealed record Pagination(int? Previous, int? Next, int Current, int PerPage, int Count, int Pages)
{
    public const int DefaultPerPage = 30;
    public const int MaxPerPage = 100;

    public static Pagination For(int current, int perPage, int count)
    {
        var pages = Math.Max(1, (count + perPage - 1) / perPage);
        return new(current > 1 ? current - 1 : null, current < pages ? current + 1 : null, current, perPage, count, pages);
    }
}
