using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Tokens;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Tokens;

/// <summary>A person's own tokens. They need no scope to be seen and revoked; a new one never has more scopes than the caller.</summary>
internal static class TokenEndpoints
{
    private const int MaxName = 60;

    public static void MapTokens(this IEndpointRouteBuilder api)
    {
        var tokens = api.MapGroup("/tokens").WithTags("tokens").ForPeopleOnly();
        tokens.MapGet("/", List).WithSummary("Lists one's own personal tokens");
        tokens.MapPost("/", Create).WithSummary("Makes a personal token").Takes<CreateToken>();
        tokens.MapDelete("/{id:int}", Revoke).WithSummary("Revokes one of one's own tokens");
    }

    private static Task<Ok<ApiList<PersonalToken>>> List(
        ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken) => Api.ListAsync(
        db.AccessTokens.Where(token => token.UserId == caller.UserId && token.ApplicationId == null).OrderByDescending(token => token.Id)
            .Select(token => new PersonalToken(token.Id, token.Name, token.Scopes, token.CreatedAt, token.LastUsedAt, token.ExpiresAt)),
        parameters.Page(),
        cancellationToken);

    private static async Task<Results<Ok<ApiResponse<CreatedToken>>, ApiProblem>> Create(
        ApiParameters parameters, HttpContext http, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = parameters.Read<CreateToken>();
        if (!PlainText.IsLine(request.Name, MaxName))
            return ApiProblem.BadRequest($"name must have 1 to {MaxName} printable characters.");
        if (Scopes.Parse(request.Scopes) is not { } scopes)
            return ApiProblem.BadRequest($"scopes may hold {string.Join(", ", Scopes.All)}.");
        if (scopes.Except(caller.Scopes).FirstOrDefault() is { } missing)
            return ApiProblem.Forbidden($"A token cannot make one with a scope that it does not have itself: {missing}.");
        var now = time.GetUtcNow();
        if (request.ExpiresAt <= now || request.ExpiresAt > now + NewToken.LongestLife)
            return ApiProblem.BadRequest("expires_at must be in the future, at most ten years ahead. Leave it out for a token that does not expire.");
        if (http.Features.Get<TokenIdentity>()?.ExpiresAt is { } end && !(request.ExpiresAt <= end))
            return ApiProblem.Forbidden($"A token cannot make one that outlives it: expires_at must be {end:yyyy-MM-ddTHH:mm:ssZ} or before.");
        var token = NewToken.For(caller.UserId, request.Name, scopes, now);
        token.Row.ExpiresAt = request.ExpiresAt;
        db.AccessTokens.Add(token.Row);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(new CreatedToken(token.Row.Id, token.Row.Name, token.Row.Scopes, token.Text));
    }

    private static async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Revoke(
        int id, Caller caller, AppDb db, Identities identities, CancellationToken cancellationToken)
    {
        if (await db.AccessTokens.FirstOrDefaultAsync(token => token.Id == id && token.UserId == caller.UserId && token.ApplicationId == null, cancellationToken) is not { } token)
            return ApiProblem.NotFound();
        db.AccessTokens.Remove(token);
        await db.SaveChangesAsync(cancellationToken);
        identities.ForgetToken(token.Hash);
        return Api.Ok(new OkReply(true, "The token is revoked."));
    }
}
