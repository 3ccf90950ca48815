using System.Linq.Expressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Accounts;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;
using Record = Slipway.Contracts.Accounts.Account;

namespace Slipway.Server.Accounts;

internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        var accounts = api.MapGroup("/accounts").WithTags("accounts").RequireAuthorization(Scopes.Users);
        accounts.MapGet("/", List).WithSummary("Lists the accounts that the caller belongs to").OpenWhenSuspended();
        accounts.MapPost("/", Create).WithSummary("Makes a further account, owned by the caller").Takes<NameAccount>().ForPeopleOnly();
        accounts.MapGet("/{accountId:int}", Get).WithSummary("Shows an account")
            .Takes("include_servers", typeof(bool?), "Whether to show the machines of its clouds that are in no stack.").OpenWhenSuspended();
        accounts.MapPut("/{accountId:int}", Rename).WithSummary("Renames an account").Takes<NameAccount>().RequirePlace(AccountPlace.Owner).ForPeopleOnly();
        accounts.MapPost("/{accountId:int}/owner", TransferAccount.Handle).WithSummary("Hands an account over to another member")
            .Takes<Contracts.Accounts.TransferAccount>().RequirePlace(AccountPlace.Owner).ForPeopleOnly();
        accounts.MapMembers();
        accounts.MapInvitations();
        api.MapInvitation();
    }

    public static Task<Record> ReadAsync(AppDb db, Caller caller, int accountId, CancellationToken cancellationToken) =>
        db.Accounts.Where(account => account.Id == accountId).Select(ToRecord(caller)).FirstAsync(cancellationToken);

    private static Task<Ok<ApiList<Record>>> List(
        ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken) => Api.ListAsync(
        db.Accounts.Where(IsMember(caller)).OrderBy(account => account.Id).Select(ToRecord(caller)), parameters.Page(), cancellationToken);

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        int accountId, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var withServers = parameters.Flag("include_servers");
        var account = await db.Accounts.Where(IsMember(caller)).Where(account => account.Id == accountId).Select(ToRecord(caller))
            .FirstOrDefaultAsync(cancellationToken);
        if (account is null)
            return ApiProblem.NotFound();
        // No cloud is connected to any account yet, so there is no machine outside of all stacks.
        return Api.Ok(withServers ? account with { UnmanagedServers = [] } : account);
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Create(
        ApiParameters parameters, Caller caller, AppDb db, Identities identities, TimeProvider time, CancellationToken cancellationToken)
    {
        var name = parameters.Read<NameAccount>().Name;
        if (RefuseName(name) is { } problem)
            return problem;
        if (!await db.Memberships.AnyAsync(row => row.UserId == caller.UserId && row.Role == Membership.Owner, cancellationToken))
            return ApiProblem.Forbidden("Only who owns an account can make another one.");
        var account = await db.WriteAsync(MakeAsync, cancellationToken);
        identities.ForgetUser(caller.UserId);
        return Api.Ok(await ReadAsync(db, caller, account.Id, cancellationToken));

        async Task<Account> MakeAsync(CancellationToken cancel)
        {
            var now = time.GetUtcNow();
            var owner = await db.Users.FirstAsync(user => user.Id == caller.UserId, cancel);
            var account = new Account { Name = name, Owner = owner, CreatedAt = now, UpdatedAt = now };
            account.Memberships.Add(Membership.OfOwner(owner));
            db.Accounts.Add(account);
            await db.SaveChangesAsync(cancel);
            return account;
        }
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Rename(
        int accountId, ApiParameters parameters, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var name = parameters.Read<NameAccount>().Name;
        if (RefuseName(name) is { } problem)
            return problem;
        var account = await db.Accounts.Where(IsMember(caller)).FirstAsync(account => account.Id == accountId, cancellationToken);
        (account.Name, account.UpdatedAt) = (name, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(await ReadAsync(db, caller, accountId, cancellationToken));
    }

    private static ApiProblem? RefuseName(string name) => PlainText.IsLine(name, Account.MaxName)
        ? null
        : ApiProblem.BadRequest($"name must have 1 to {Account.MaxName} printable characters, without spaces at its ends.");

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
            Name = account.Name,
            Owner = account.Owner!.Email!,
            CreatedAt = account.CreatedAt,
            UpdatedAt = account.UpdatedAt,
            StackCount = account.Stacks.Count,
            CurrentAccount = account.Id == current,
            Suspended = account.SuspendedAt == null ? null : account.SuspendedFor ?? Account.NoReason,
        };
    }
}
