using Slipway.Contracts.Http;

namespace Slipway.Dashboard.Ui;

/// <summary>A list of the API that is shown as a whole.</summary>
internal static class AllPages
{
    /// <param name="list">Reads a page, which counts from 1.</param>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(Func<int, Task<ApiList<T>>> list)
    {
        List<T> all = [];
        for (int? next = 1; next is { } number;)
        {
            var page = await list(number);
            all.AddRange(page.Response);
            next = page.Pagination.Next;
        }
        return all;
    }
}
