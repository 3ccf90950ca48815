using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Applications;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Scopes = Slipway.Server.Platform.Auth.Scopes;

namespace Slipway.Server.Applications;

/// <summary>Applications that may act for the caller. Each person's own, so it needs no scope; but no application sees or ends another.</summary>
internal static class AuthorizedApplicationEndpoints
{
    public static void MapAuthorizedApplications(this IEndpointRouteBuilder api)
    {
        var applications = api.MapGroup("/authorized_applications").WithTags("authorized_applications").ForPeopleOnly();
        applications.MapGet("/", List).WithSummary("Lists the applications that may act for the caller");
        applications.MapDelete("/{id:int}", Revoke).WithSummary("Revokes all that an application may do for the caller");
    }

    private static async Task<Ok<ApiList<AuthorizedApplication>>> List(
        ApiParameters parameters, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var (userId, subject, now) = (caller.UserId, $"{caller.UserId}", time.GetUtcNow());
        var tokens = db.AccessTokens.AsNoTracking().Where(token => token.UserId == userId && (token.ExpiresAt == null || token.ExpiresAt > now));
        var consents = db.Authorizations.AsNoTracking().Where(one =>
            one.Subject == subject && one.Status == Statuses.Valid && one.Type == AuthorizationTypes.Permanent);
        var query = db.Applications.AsNoTracking()
            .Where(one => tokens.Any(token => token.ApplicationId == one.Id) || consents.Any(consent => consent.Application!.Id == one.Id))
            .OrderBy(one => one.DisplayName).ThenBy(one => one.Id);
        var page = parameters.Page();
        var applications = await page.Of(query).Select(one => new { one.Id, one.DisplayName }).ToListAsync(cancellationToken);
        var ids = applications.ConvertAll(one => one.Id);
        var held = (await tokens.Where(token => ids.Contains(token.ApplicationId!.Value)).ToListAsync(cancellationToken))
            .ToLookup(token => token.ApplicationId!.Value);
        var agreed = (await consents.Where(one => ids.Contains(one.Application!.Id))
            .Select(one => new Consent(one.Application!.Id, one.Scopes, one.CreationDate)).ToListAsync(cancellationToken))
            .ToLookup(consent => consent.ApplicationId);
        var items = applications.Select(one => ToRecord(one.Id, one.DisplayName!, [.. held[one.Id]], [.. agreed[one.Id]]));
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
                if (consents.Count > 0)
                    db.Audit.Note(
                        userId, RecordedChange.Removed, "consent",
                        await db.Applications.Where(one => one.Id == id).Select(one => one.DisplayName!).FirstAsync(cancel));
                return tokens.Count + consents.Count == 0 ? null : tokens.ConvertAll(token => token.Hash);
            },
            cancellationToken);
        if (hashes is null)
            return ApiProblem.NotFound();
        hashes.ForEach(identities.ForgetToken);
        return Api.Ok(new OkReply(true, "The application has no access any more."));
    }

    private static AuthorizedApplication ToRecord(int id, string name, IReadOnlyList<AccessToken> tokens, IReadOnlyList<Consent> consents) => new(
        id,
        name,
        Scopes.Join([.. tokens.SelectMany(token => Scopes.Split(token.Scopes)), .. consents.SelectMany(consent => consent.ScopeList)]),
        tokens.Count,
        tokens.Select(token => token.CreatedAt).Concat(consents.Select(consent => consent.Time)).Min(),
        tokens.Max(token => token.LastUsedAt));

    private sealed record Consent(int ApplicationId, string? Scopes, DateTime? CreationDate)
    {
        public IEnumerable<string> ScopeList => JsonSerializer.Deserialize<string[]>(Scopes ?? "[]")!;

        public DateTimeOffset Time => new(DateTime.SpecifyKind(CreationDate ?? default, DateTimeKind.Utc));
    }
}
