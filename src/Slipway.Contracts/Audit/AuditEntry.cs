using System.Text.Json.Nodes;

namespace Slipway.Contracts.Audit;

/// <summary>What one request or one action changed in an account.</summary>
public sealed record AuditEntry
{
    /// <summary>Counts the account's entries from 1, without gaps.</summary>
    public required long Number { get; init; }

    public required DateTimeOffset Time { get; init; }

    public int? UserId { get; init; }

    /// <summary>E-mail address of the person, or what else acted.</summary>
    public required string Who { get; init; }

    /// <summary>web, api, hook, action or console.</summary>
    public required string Via { get; init; }

    /// <summary>The token or the session that was used.</summary>
    public string? Credential { get; init; }

    public string? Address { get; init; }

    public string? RequestId { get; init; }

    /// <summary>The route, the kind of action or the command.</summary>
    public required string Operation { get; init; }

    /// <summary>The kind of thing that it was mostly about, like environment_variable.</summary>
    public required string SubjectType { get; init; }

    public required string Subject { get; init; }

    /// <summary>Uid of the stack that it happened to.</summary>
    public string? Stack { get; init; }

    public required IReadOnlyList<AuditChange> Changes { get; init; }

    /// <summary>SHA-256 over the hash before and this entry.</summary>
    public required string Hash { get; init; }
}

/// <summary>What happened to one thing. Values that are or may be secret stand as <c>(secret)</c>.</summary>
/// <param name="Type">Kind of thing, like stack.</param>
/// <param name="Id">Its id in the database.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Change">added, changed, removed or read.</param>
/// <param name="Before">Values before, of those that changed.</param>
/// <param name="After">Values after.</param>
public sealed record AuditChange(string Type, string Id, string Name, string Change, JsonObject? Before, JsonObject? After);
