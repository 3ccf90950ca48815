using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Audit;

/// <summary>
/// What one request or one action changed in an account: who, from where, what. The entries of an account form a chain, in which each one's
/// hash covers the one before. An entry is written in the transaction of the change and never touched again.
/// </summary>
internal sealed class AuditEntry
{
    public long Id { get; set; }

    /// <summary>0 for what belongs to no account.</summary>
    public int AccountId { get; set; }

    /// <summary>Counts the account's entries from 1, without gaps.</summary>
    public long Number { get; set; }

    public DateTimeOffset Time { get; set; }

    public int? UserId { get; set; }

    /// <summary>E-mail address of the person, or what else acted.</summary>
    public required string Who { get; set; }

    /// <summary>web, api, hook, action or console.</summary>
    public required string Via { get; set; }

    /// <summary>The token or the session that was used.</summary>
    public string? Credential { get; set; }

    public string? Address { get; set; }

    public string? RequestId { get; set; }

    /// <summary>The route, like <c>POST /stacks/{stackUid}/deployments</c>, or the action or command.</summary>
    public required string Operation { get; set; }

    /// <summary>The kind of thing that it was mostly about, like environment_variable.</summary>
    public required string SubjectType { get; set; }

    public required string Subject { get; set; }

    public string? StackUid { get; set; }

    /// <summary>JSON of a list of AuditChange.</summary>
    public required string Changes { get; set; }

    /// <summary>SHA-256 of the entry before and of this one, 64 lower-case hex characters.</summary>
    public required string Hash { get; set; }
}

/// <summary>
/// The last entry of an account's chain. Its MAC is made with a key from the master key, so that who can write to the database alone can
/// neither cut the chain off nor make up another.
/// </summary>
internal sealed class AuditHead
{
    public int AccountId { get; set; }

    public long Number { get; set; }

    public required string Hash { get; set; }

    public required string Mac { get; set; }
}

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.HasIndex(entry => new { entry.AccountId, entry.Number }).IsUnique();
        builder.HasIndex(entry => new { entry.AccountId, entry.StackUid, entry.Number });
        builder.Property(entry => entry.Hash).HasMaxLength(64);
    }
}

internal sealed class AuditHeadConfiguration : IEntityTypeConfiguration<AuditHead>
{
    public void Configure(EntityTypeBuilder<AuditHead> builder)
    {
        builder.HasKey(head => head.AccountId);
        builder.Property(head => head.AccountId).ValueGeneratedNever();
        builder.Property(head => head.Hash).HasMaxLength(64);
        builder.Property(head => head.Mac).HasMaxLength(64);
    }
}
