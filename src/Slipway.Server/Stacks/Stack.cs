using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Engine;
using Slipway.Engine.Stacks;
using Slipway.Server.Accounts;
using Slipway.Server.Actions;
using Slipway.Server.Deployments;
using Slipway.Server.Users;

namespace Slipway.Server.Stacks;

internal sealed class Stack
{
    public int Id { get; set; }

    /// <summary>32 lower-case hex characters.</summary>
    public required string Uid { get; set; }

    public int AccountId { get; set; }

    public Account? Account { get; set; }

    /// <summary>Unique in the account.</summary>
    public required string Name { get; set; }

    /// <summary>Names everything of the stack on its servers; made from the first name, unique, never changed.</summary>
    public required string Slug { get; set; }

    /// <summary>Its part of the domain name: made from the present name, unique.</summary>
    public required string HostLabel { get; set; }

    public required string Environment { get; set; }

    /// <summary>Empty for a stack whose definition needs no code.</summary>
    public required string GitUrl { get; set; }

    public bool HasRepository => GitUrl.Length > 0;

    /// <summary>Empty until the first analysis when the repository's default branch is wanted.</summary>
    public required string GitBranch { get; set; }

    public string? Language { get; set; }

    public string? Framework { get; set; }

    /// <summary>Whether it consists of containers.</summary>
    public bool IsDocker => Framework == StackSpec.DockerFramework;

    /// <summary>The role of the servers that run the code.</summary>
    public string CodeRole => IsDocker ? ServerRoles.Docker : ServerRoles.Web;

    /// <summary>One of Contracts' StackStatus.
    public int Status { get; set; }

    /// <summary>One of Contracts' StackHealth.</summary>
    public int Health { get; set; }

    /// <summary>The last analysis as JSON of the engine's AnalysisResult.</summary>
    public string? Analysis { get; set; }

    public required Secret SshPrivateKey { get; set; }

    public required string SshPublicKey { get; set; }

    public required Secret GitPrivateKey { get; set; }

    public required string GitPublicKey { get; set; }

    /// <summary>Raised at each claim of the stack's work; never reused.</summary>
    public long Epoch { get; set; }

    /// <summary>The same for the work beside, which only looks.</summary>
    public long BesideEpoch { get; set; }

    public bool MaintenanceMode { get; set; }

    /// <summary>Folder of compiled assets below public/, which browsers may keep for ever.</summary>
    public string AssetPrefix { get; set; } = "assets";

    /// <summary>Networks that may reach the web servers, separated by commas; null for all.</summary>
    public string? AllowedWebSource { get; set; }

    /// <summary>Whether the next deployment goes over the servers' configuration once more.</summary>
    public bool ReconfigureNginx { get; set; }

    /// <summary>The definition of its containers where it came with the stack; null where it is in the repository.</summary>
    public string? ServiceYaml { get; set; }

    /// <summary>What its containers may have of the servers themselves.</summary>
    public HostAccess HostAccess { get; set; }

    /// <summary>By which the redeployment hook is found: 32 hex characters. Null when there is none.</summary>
    public string? HookKey { get; set; }

    /// <summary>What a caller of the hook must know besides: 32 hex characters.</summary>
    public Secret? HookToken { get; set; }

    /// <summary>What git hosts sign their calls of the hook with; null when they need not.</summary>
    public Secret? HookSecret { get; set; }

    /// <summary>Why the last analysis or deployment failed.</summary>
    public string? Message { get; set; }

    public DateTimeOffset? LastActivityAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<Servers.Server> Servers { get; } = [];

    public List<AccessRight> AccessRights { get; } = [];

    public List<StackAction> Actions { get; } = [];

    public List<Deployment> Deployments { get; } = [];
}

internal sealed class StackConfiguration : IEntityTypeConfiguration<Stack>
{
    public void Configure(EntityTypeBuilder<Stack> builder)
    {
        builder.HasIndex(stack => stack.Uid).IsUnique();
        builder.HasIndex(stack => stack.Slug).IsUnique();
        builder.HasIndex(stack => stack.HostLabel).IsUnique();
        builder.HasIndex(stack => stack.HookKey).IsUnique();
        builder.HasIndex(stack => new { stack.AccountId, stack.Name }).IsUnique();
        builder.Property(stack => stack.Name).HasMaxLength(60);
        builder.Property(stack => stack.Slug).HasMaxLength(28);
        builder.Property(stack => stack.HostLabel).HasMaxLength(28);
        builder.Property(stack => stack.HookKey).HasMaxLength(32);
        builder.Property(stack => stack.AssetPrefix).HasMaxLength(100).HasDefaultValue("assets");
    }
}
