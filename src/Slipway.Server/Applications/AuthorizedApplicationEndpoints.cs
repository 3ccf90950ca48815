using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Applications;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Scopes = Slipway.Server.Platform.Auth.Scopes;

namespace Slipway.Server.Applications;

/// <summary>Applications that may act for the caller. Each person's own, so it needs no scope; but no application sees or ends another.</summary>
internal static class AuthorizedApplicationEndpoints
{
    public static void MapAuthorizedApplications(this IEndpointRouteBuilder api)
    {
        var applications = api.MapGroup("/authorized_applications").WithTags("applications").ForPeopleOnly();
        applications.MapGet("/", List);
        applications.MapDelete("/{id:int}", Revoke);
    }

    private static async Task<Ok<ApiList<AuthorizedApplication>>> List(
        ApiParameters parameters, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var (userId, subject, now) = (caller.UserId, $"{caller.UserId}", time.GetUtcNow());
        var page = parameters.Page();
        var query = from application in db.Applications
                    let tokens = db.AccessTokens.Where(token => token.ApplicationId == application.Id && token.UserId == userId
                        && (token.ExpiresAt == null || token.ExpiresAt > now))
                    let consents = application.Authorizations.Where(one => one.Subject == subject && one.Status == Statuses.Valid
                        && one.Type == AuthorizationTypes.Permanent)
                    where tokens.Any() || consents.Any()
                    orderby application.DisplayName, application.Id
                    select new
                    {
                        application.Id,
                        application.DisplayName,
                        Tokens = tokens.Select(token => new { token.Scopes, token.CreatedAt, token.LastUsedAt }).ToList(),
                        Consents = consents.Select(one => new { one.Scopes, one.CreationDate }).ToList(),
                    };
        var found = await page.Of(query).AsSplitQuery().ToListAsync(cancellationToken);
        var items = found.Select(one => new AuthorizedApplication(
            one.Id,
            one.DisplayName!,
            Scopes.Join([.. one.Tokens.SelectMany(token => Scopes.Split(token.Scopes)), .. one.Consents.SelectMany(consent => Read(consent.Scopes))]),
            one.Tokens.Count,
            one.Tokens.Select(token => token.CreatedAt).Concat(one.Consents.Select(consent => AsTime(consent.CreationDate))).Min(),
            one.Tokens.Max(token => token.LastUsedAt)));
        return Api.List([.. items], page, await query.CountAsync(cancellationToken));
    }

    private static async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Revoke(
        int id, Caller caller, AppDb db, Identities identities, CancellationToken cancellationToken)
    {
        var (userId, subject) = (caller.UserId, $"{caller.UserId}");
        var hashes = await db.WriteAsync(
            async cancel =>
            {
                var tokens = await db.AccessTokens.Where(token => token.ApplicationId == id && token.UserId == userId).ToListAsync(cancel);
                db.AccessTokens.RemoveRange(tokens);
                // With the consents go the codes that are still on their way.
                var consents = await db.Authorizations.Where(one => one.Application!.Id == id && one.Subject == subject).ToListAsync(cancel);
                db.Authorizations.RemoveRange(consents);
                return tokens.Count + consents.Count == 0 ? null : tokens.ConvertAll(token => token.Hash);
            },
            cancellationToken);
        if (hashes is null)
            return ApiProblem.NotFound();
        hashes.ForEach(identities.ForgetToken);
        return Api.Ok(new OkReply(true, "The application has no access any more."));
    }

    private static string[] Read(string? scopes) => JsonSerializer.Deserialize<string[]>(scopes ?? "[]")!;

    private static DateTimeOffset AsTime(DateTime? time) => new(DateTime.SpecifyKind(time ?? default, DateTimeKind.Utc));
}
