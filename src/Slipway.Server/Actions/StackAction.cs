using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Server.Stacks;

namespace Slipway.Server.Actions;

/// <summary>A piece of work on a stack, with its journal. The only truth about what is to be done.</summary>
internal sealed class StackAction
{
    public const string OnStack = "stack";
    public const string OnServer = "server";

    public int Id { get; set; }

    public int StackId { get; set; }

    public Stack? Stack { get; set; }

    /// <summary>Which handler does it.</summary>
    public required string Kind { get; set; }

    /// <summary>Whether it only looks, and so does not wait for what changes the stack.</summary>
    public bool IsBeside { get; set; }

    /// <summary>The name that the API shows; differs from the kind where it carries an argument, as in "stack-set: git.branch".</summary>
    public required string Name { get; set; }

    /// <summary>stack or server.</summary>
    public required string ResourceType { get; set; }

    public int ResourceId { get; set; }

    public required string UserEmail { get; set; }

    /// <summary>web, api or hook.</summary>
    public required string StartedVia { get; set; }

    /// <summary>The handler's arguments as JSON.</summary>
    public required string Payload { get; set; }

    /// <summary>What finished steps handed on to later ones, as JSON.</summary>
    public string? State { get; set; }

    /// <summary>The trace of the request that asked for it, so that what is done for it is seen as part of that.</summary>
    public string? TraceParent { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When a node first began its work.</summary>
    public DateTimeOffset? ClaimedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public bool? IsSuccess { get; set; }

    public string? Message { get; set; }

    /// <summary>E-mail address of who cancelled it.</summary>
    public string? CancelledBy { get; set; }
}

internal sealed class StackActionConfiguration : IEntityTypeConfiguration<StackAction>
{
    public void Configure(EntityTypeBuilder<StackAction> builder)
    {
        builder.HasIndex(action => new { action.StackId, action.Id });
        builder.HasIndex(action => action.FinishedAt);
        builder.Property(action => action.TraceParent).HasMaxLength(55);
        // Whether a stack is busy is asked for each stack of each list; almost all of its rows are finished.
        builder.HasIndex(action => action.StackId).HasFilter("\"FinishedAt\" IS NULL").HasDatabaseName("IX_Actions_Unfinished");
    }
}
