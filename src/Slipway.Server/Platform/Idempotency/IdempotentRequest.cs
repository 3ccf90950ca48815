using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Engine;
using Slipway.Server.Actions;

namespace Slipway.Server.Platform.Idempotency;

/// <summary>A request that its sender may repeat without having it done twice. Written in the transaction of what it changed.</summary>
internal sealed class IdempotentRequest
{
    public int UserId { get; set; }

    /// <summary>Chosen by the client.</summary>
    public required string Key { get; set; }

    /// <summary>SHA-256 of what was asked: another request must not use the same key.</summary>
    public required string Fingerprint { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public int? ActionId { get; set; }

    /// <summary>The action that it began; null when it began none. It tells what came of a request whose answer was lost.</summary>
    public StackAction? Action { get; set; }

    /// <summary>HTTP status of the answer; null as long as there is none.</summary>
    public int? Status { get; set; }

    /// <summary>The answer. It may hold a token that is shown only once, so it is sealed.</summary>
    public Secret? Answer { get; set; }
}

internal sealed class IdempotentRequestConfiguration : IEntityTypeConfiguration<IdempotentRequest>
{
    public void Configure(EntityTypeBuilder<IdempotentRequest> builder)
    {
        builder.HasKey(request => new { request.UserId, request.Key });
        builder.HasIndex(request => request.CreatedAt);
        builder.HasOne(request => request.Action).WithMany().HasForeignKey(request => request.ActionId).OnDelete(DeleteBehavior.SetNull);
        builder.Property(request => request.Key).HasMaxLength(IdempotencyMiddleware.MaxKey);
        builder.Property(request => request.Fingerprint).HasMaxLength(64);
    }
}
