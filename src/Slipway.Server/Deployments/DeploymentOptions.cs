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

    /// <summary>A server that was lost is called for this long before the work fails.</summary>
    public TimeSpan ReconnectDeadline { get; set; } = Defaults.Reconnect;

    public EngineTimeouts Timeouts => Defaults with { Health = HealthDeadline, Reconnect = ReconnectDeadline };
}

internal sealed class DeploymentOptionsValidator : IValidateOptions<DeploymentOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, DeploymentOptions options)
    {
        List<string> problems = [];
        Check(nameof(options.HealthDeadline), options.HealthDeadline);
        Check(nameof(options.ReconnectDeadline), options.ReconnectDeadline);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check(string option, TimeSpan value)
        {
            if (value < TimeSpan.FromSeconds(1) || value > Longest)
                problems.Add($"{DeploymentOptions.Section}:{option} is {value}. It must be between a second and an hour, like 00:01:30.");
        }
    }
}
