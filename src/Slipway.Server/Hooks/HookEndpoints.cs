using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Contracts.Hooks;
using Slipway.Contracts.Http;
using Slipway.Engine;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Stacks;
using Slipway.Server.Users;

namespace Slipway.Server.Hooks;

/// <summary>The address and secret of a stack's redeployment hook. Beyond the blueprint, which shows the address in the stack.</summary>
internal static class HookEndpoints
{
    private const int ShortestSecret = 8;
    private const int LongestSecret = 200;

    public static void MapHooks(this IEndpointRouteBuilder api)
    {
        var hooks = api.MapGroup("/stacks/{stackUid}/redeploy_hook").WithTags("redeploy_hook");
        hooks.MapGet("/", Get).WithSummary("Shows the address that git hosts call after a push")
            .RequireAuthorization(Scopes.Redeploy).RequireLevel(AccessLevel.Deploy);
        hooks.MapPost("/", Renew).WithSummary("Gives the redeployment hook a new address")
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
        hooks.MapPut("/", Change).WithSummary("Sets the secret of the redeployment hook, or takes it away").Takes<ChangeHook>()
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
    }

    private static async Task<Results<Ok<ApiResponse<RedeployHook>>, ApiProblem>> Get(
        string stackUid, Caller caller, AppDb db, IOptions<PublicOptions> options, CancellationToken cancellationToken) =>
        await FindAsync(db, caller, stackUid, AccessLevel.Deploy, cancellationToken) is { } stack ? Api.Ok(ToRecord(stack, options.Value)) : ApiProblem.NotFound();

    private static async Task<Results<Ok<ApiResponse<RedeployHook>>, ApiProblem>> Renew(
        string stackUid, Caller caller, AppDb db, IOptions<PublicOptions> options, CancellationToken cancellationToken)
    {
        if (await FindAsync(db, caller, stackUid, AccessLevel.Admin, cancellationToken) is not { } stack)
            return ApiProblem.NotFound();
        (stack.HookKey, stack.HookToken) = (HookAddress.NewPart(), new(HookAddress.NewPart()));
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(ToRecord(stack, options.Value));
    }

    private static async Task<Results<Ok<ApiResponse<RedeployHook>>, ApiProblem>> Change(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, IOptions<PublicOptions> options, CancellationToken cancellationToken)
    {
        var secret = parameters.Read<ChangeHook>().Secret;
        if (secret is not null && (secret.Length < ShortestSecret || !PlainText.IsLine(secret, LongestSecret)))
            return ApiProblem.BadRequest($"secret must have {ShortestSecret} to {LongestSecret} printable characters, without spaces at its ends.");
        if (await FindAsync(db, caller, stackUid, AccessLevel.Admin, cancellationToken) is not { } stack)
            return ApiProblem.NotFound();
        stack.HookSecret = secret is null ? null : new Secret(secret);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(ToRecord(stack, options.Value));
    }

    private static Task<Stack?> FindAsync(AppDb db, Caller caller, string stackUid, AccessLevel level, CancellationToken cancellationToken) =>
        db.Stacks.VisibleTo(caller, level).FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);

    private static RedeployHook ToRecord(Stack stack, PublicOptions options) =>
        new(HookAddress.For(options.Link(HookAddress.Root), stack.HookKey, stack.HookToken), stack.HookSecret is not null);
}
