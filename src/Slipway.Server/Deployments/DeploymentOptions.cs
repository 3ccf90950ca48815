using Microsoft.Extensions.Options;
using Slipway.Engine;

namespace Slipway.Server.Deployments;

/// <summary>How patient deployments are. Section <c>Slipway:Deployments</c>.</summary>
internal sealed class DeploymentOptions
{
    public const string Section = "Slipway:Deployments";

    private static readonly EngineTimeouts Defaults = new();

    /// <summary>A new release must be healthy within this time. One that ends before is not waited for.</summary>
    public TimeSpan HealthDeadline { get; set; } = Defaults.Health;

    public EngineTimeouts Timeouts => Defaults with { Health = HealthDeadline };
}

internal sealed class DeploymentOptionsValidator : IValidateOptions<DeploymentOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, DeploymentOptions options) =>
        options.HealthDeadline >= TimeSpan.FromSeconds(1) && options.HealthDeadline <= Longest
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{DeploymentOptions.Section}:HealthDeadline is {options.HealthDeadline}. It must be between a second and an hour, like 00:01:30.");
}
