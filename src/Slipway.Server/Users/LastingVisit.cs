using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;

namespace Slipway.Server.Users;

/// <summary>Who has a terminal open, or follows a log, and by what right.</summary>
internal sealed record LastingVisit
{
    public required Caller Caller { get; init; }

    public required int StackId { get; init; }

    /// <summary>What it takes of a person, and of a token.</summary>
    public required AccessLevel Level { get; init; }

    public required string Scope { get; init; }

    /// <summary>The token that was shown; null for a person in a browser.</summary>
    public int? TokenId { get; private init; }

    /// <summary>The browser's session, and the stamp that a new password makes invalid.</summary>
    public string? Session { get; private init; }

    public string? Stamp { get; private init; }

    /// <summary>The last entry of the audit trail from before: what is behind it happened since it began.</summary>
    public long AuditNumber { get; init; }

    public static LastingVisit Of(HttpContext http, Caller caller, int stackId, AccessLevel level, string scope) => http.Features.Get<TokenIdentity>() is { } token
        ? new() { Caller = caller, StackId = stackId, Level = level, Scope = scope, TokenId = token.TokenId }
        : new()
        {
            Caller = caller,
            StackId = stackId,
            Level = level,
            Scope = scope,
            Session = http.User.FindFirstValue(SessionIds.Claim),
            Stamp = http.User.FindFirstValue(new ClaimsIdentityOptions().SecurityStampClaimType),
        };
}
