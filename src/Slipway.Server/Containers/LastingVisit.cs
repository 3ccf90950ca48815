using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;

namespace Slipway.Server.Containers.Terminals;

/// <summary>Who has a terminal open, and by what right.</summary>
internal sealed record TerminalVisitor
{
    public required Caller Caller { get; init; }

    public required int StackId { get; init; }

    /// <summary>The token that was shown; null for a person in a browser.</summary>
    public int? TokenId { get; private init; }

    /// <summary>The browser's session, and the stamp that a new password makes invalid.</summary>
    public string? Session { get; private init; }

    public string? Stamp { get; private init; }

    /// <summary>The last entry of the audit trail from before: what is behind it happened while the terminal was open.</summary>
    public long AuditNumber { get; init; }

    public static TerminalVisitor Of(HttpContext http, Caller caller, int stackId) => http.Features.Get<TokenIdentity>() is { } token
        ? new() { Caller = caller, StackId = stackId, TokenId = token.TokenId }
        : new()
        {
            Caller = caller,
            StackId = stackId,
            Session = http.User.FindFirstValue(SessionIds.Claim),
            Stamp = http.User.FindFirstValue(new ClaimsIdentityOptions().SecurityStampClaimType),
        };
}
