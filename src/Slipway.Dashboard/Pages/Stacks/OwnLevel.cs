using Slipway.Contracts;
using Slipway.Dashboard.Pages.Accounts;

namespace Slipway.Dashboard.Pages.Stacks;

/// <summary>The level that the person who looks has on a stack, so that pages offer only what will be allowed.</summary>
internal static class OwnLevel
{
    public const int Shell = 40;

    public static async Task<int> FindAsync(SlipwayClient slipway, string stackUid)
    {
        var me = await slipway.Users.GetMeAsync();
        if (me.AccessRights.FirstOrDefault(right => right.Stack == stackUid) is { } right)
            return right.AccessLevel.Code;
        var account = await CurrentAccount.FindAsync(slipway);
        return me.Accounts.FirstOrDefault(membership => membership.Account == account?.Id)?.DefaultPermissionLevel ?? 0;
    }
}
