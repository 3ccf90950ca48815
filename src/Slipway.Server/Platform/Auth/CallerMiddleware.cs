using System.Collections.Frozen;
using System.Globalization;
using System.Security.Claims;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;

namespace Slipway.Server.Platform.Auth;

/// <summary>Fills in the <see cref="Caller"/> from what authentication found.</summary>
internal sealed class CallerMiddleware(RequestDelegate next, Identities identities)
{
    private static readonly FrozenSet<string> AllScopes = Scopes.All.ToFrozenSet();

    public async Task InvokeAsync(HttpContext context, Caller caller)
    {
        if (context.User.Identity?.IsAuthenticated == true)
        {
            if (await IdentifyAsync(context) is not var (identity, scopes, via))
            {
                // A session outlives the person's removal.
                context.User = new();
                await next(context);
                return;
            }
            if (AccountOf(context, identity) is not { } accountId)
            {
                await ApiProblem.BadRequest("X-Account names no account of yours.").ExecuteAsync(context);
                return;
            }
            caller.Become(identity, accountId, scopes, via);
        }
        await next(context);
    }

    private async ValueTask<(Identity Identity, FrozenSet<string> Scopes, string Via)?> IdentifyAsync(HttpContext context)
    {
        if (context.Features.Get<TokenIdentity>() is { } token)
            return (token.Owner, token.Scopes, Caller.ViaApi);
        if (!int.TryParse(context.User.FindFirstValue(ClaimTypes.NameIdentifier), CultureInfo.InvariantCulture, out var userId))
            return null;
        var identity = await identities.FindByUserIdAsync(userId, context.RequestAborted);
        return identity is null ? null : (identity, AllScopes, Caller.ViaWeb);
    }

    private static int? AccountOf(HttpContext context, Identity identity)
    {
        if (context.Request.Headers["X-Account"].ToString() is { Length: > 0 } text)
            return int.TryParse(text, CultureInfo.InvariantCulture, out var id) && identity.AccountIds.Contains(id) ? id : null;
        // What a browser remembers may be an account that the person is no longer in.
        if (ChosenAccount.Of(context) is { } chosen && identity.AccountIds.Contains(chosen))
            return chosen;
        return identity.AccountIds.Contains(identity.PrimaryAccountId) ? identity.PrimaryAccountId : identity.AccountIds is [var first, ..] ? first : 0;
    }
}
