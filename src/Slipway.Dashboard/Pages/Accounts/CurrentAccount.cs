using Slipway.Contracts;
using Slipway.Contracts.Accounts;

namespace Slipway.Dashboard.Pages.Accounts;

/// <summary>The account that the person works with in this browser.</summary>
internal static class CurrentAccount
{
    public static async Task<Account?> FindAsync(SlipwayClient slipway)
    {
        for (var page = 1; ; page++)
        {
            var accounts = await slipway.Accounts.ListAsync(page);
            if (accounts.Response.FirstOrDefault(account => account.CurrentAccount) is { } current)
                return current;
            if (accounts.Pagination.Next is null)
                return null;
        }
    }
}
