using System.Linq.Expressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Record = Slipway.Contracts.Accounts.Account;

namespace Slipway.Server.Accounts;

internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        var accounts = api.MapGroup("/accounts").WithTags("accounts").RequireAuthorization(Scopes.Users);
        accounts.MapGet("/", List).WithSummary("Lists the accounts that the caller belongs to");
        accounts.MapGet("/{id:int}", Get).WithSummary("Shows an account");
    }

    private static Task<Ok<ApiList<Record>>> List(
        ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken) => Api.ListAsync(
        db.Accounts.Where(IsMember(caller)).OrderBy(account => account.Id).Select(ToRecord(caller)), parameters.Page(), cancellationToken);

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        int id, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var account = await db.Accounts.Where(IsMember(caller)).Where(account => account.Id == id).Select(ToRecord(caller))
            .FirstOrDefaultAsync(cancellationToken);
        return account is null ? ApiProblem.NotFound() : Api.Ok(account);
    }

    private static Expression<Func<Account, bool>> IsMember(Caller caller)
    {
        var userId = caller.UserId;
        return account => account.Memberships.Any(membership => membership.UserId == userId);
    }

    private static Expression<Func<Account, Record>> ToRecord(Caller caller)
    {
        var current = caller.AccountId;
        return account => new()
        {
            Id = account.Id,
            Owner = account.Owner!.Email!,
            CreatedAt = account.CreatedAt,
            UpdatedAt = account.UpdatedAt,
            StackCount = account.Stacks.Count,
            CurrentAccount = account.Id == current,
        };
    }
}
