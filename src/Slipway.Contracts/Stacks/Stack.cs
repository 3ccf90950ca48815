using System.Text.Json.Serialization;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Stacks;

/// <summary>An application with its environment, servers and deployments.</summary>
public sealed record Stack
{
    public required string Uid { get; init; }

    public required string Name { get; init; }

    public required string Git { get; init; }

    public required string GitBranch { get; init; }

    public required string Environment { get; init; }

    /// <summary>Where the servers come from; <c>no_cloud</c> for servers of one's own.</summary>
    public required string Cloud { get; init; }

    /// <summary>The domain name under which nginx answers for the stack.</summary>
    public required string Fqdn { get; init; }

    public string? Language { get; init; }

    public string? Framework { get; init; }

    /// <summary>One of <see cref="StackStatus"/>.</summary>
    public required int Status { get; init; }

    /// <summary>One of <see cref="StackHealth"/>.</summary>
    public required int Health { get; init; }

    [JsonConverter(typeof(OffsetTimeConverter))]
    public DateTimeOffset? LastActivity { get; init; }

    [JsonConverter(typeof(OffsetTimeConverter))]
    public DateTimeOffset? LastActivityIso => LastActivity;

    public bool MaintenanceMode { get; init; }

    public bool HasLoadbalancer { get; init; }

    [JsonConverter(typeof(RubyTimeConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonConverter(typeof(RubyTimeConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    public required string DeployDirectory { get; init; }

    /// <summary>unknown, healthy, partial, faulty or maintenance.</summary>
    public required string CloudStatus { get; init; }

    public DateTimeOffset CreatedAtIso => CreatedAt;

    public DateTimeOffset UpdatedAtIso => UpdatedAt;

    /// <summary>The address that starts a redeployment when something is posted to it; null without the scope redeploy.</summary>
    public string? RedeployHook { get; init; }

    /// <summary>Whether an action runs or waits. Beyond the blueprint.</summary>
    public bool IsBusy { get; init; }

    /// <summary>Where a browser reaches the application: address of the first web server. Beyond the blueprint.</summary>
    public string? AppUrl { get; init; }
}
