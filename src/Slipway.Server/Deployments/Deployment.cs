using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Server.Actions;
using Slipway.Server.Stacks;

namespace Slipway.Server.Deployments;

/// <summary>One attempt to bring a commit to a stack's servers.</summary>
internal sealed class Deployment
{
    public int Id { get; set; }

    public int StackId { get; set; }

    public Stack? Stack { get; set; }

    public int ActionId { get; set; }

    public StackAction? Action { get; set; }

    /// <summary>Ten letters and digits; part of the release's name on the servers.</summary>
    public required string Session { get; set; }

    /// <summary>Branch, tag or hash that was asked for; empty for the stack's branch.</summary>
    public required string GitRef { get; set; }

    public string? GitHash { get; set; }

    public required string TriggeredBy { get; set; }

    public DeploymentTrigger Trigger { get; set; }

    public DeploymentType Type { get; set; }

    public DeploymentOutcome Outcome { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public string? Message { get; set; }

    /// <summary>Name of the release directory on the servers; a rollback has that of the deployment it goes back to.</summary>
    public required string Release { get; set; }

    /// <summary>Whether its release serves now.</summary>
    public bool IsLive { get; set; }

    /// <summary>Whether the release is still on the servers.</summary>
    public bool IsKept { get; set; }

    public string? RevertedBy { get; set; }

    public DateTimeOffset? RevertedAt { get; set; }
}

internal enum DeploymentTrigger
{
    Web = 0,
    Api = 1,
    Hook = 2,
}

internal enum DeploymentOutcome
{
    InProgress = 0,
    Success = 1,
    Failed = 2,
    Cancelled = 3,
}

internal enum DeploymentType
{
    Build = 0,
    Deploy = 1,
    Rollback = 2,
}

internal sealed class DeploymentConfiguration : IEntityTypeConfiguration<Deployment>
{
    public void Configure(EntityTypeBuilder<Deployment> builder)
    {
        builder.HasIndex(deployment => new { deployment.StackId, deployment.Id });
        builder.HasIndex(deployment => deployment.ActionId).IsUnique();
        // Whether a stack is live is asked for each stack of each list; it has one such row among hundreds.
        builder.HasIndex(deployment => deployment.StackId).HasFilter("\"IsLive\"").HasDatabaseName("IX_Deployments_Live");
    }
}
