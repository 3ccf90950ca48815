using Slipway.Engine.Deployments.Docker.Tls;
using Slipway.Engine.Deployments.Steps;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>New containers beside the old, then the switch, then the old ones' end.</summary>
internal static class ContainerSteps
{
    public static IReadOnlyList<Step<DeployContext>> StartAndSwitch { get; } =
    [
        // Before anything starts: with a certificate that cannot be used there would be no switch.
        SiteCertificates.Step,
        new("start new containers", StartContainers.RunAsync) { Deadline = TimeSpan.FromHours(1) },
        new("prepare the switch", SwitchContainers.PrepareAsync),
        new("switch traffic", SwitchContainers.SwitchAsync),
        RetireRuns.CommitStep,
        new("retire old containers", RetireContainers.RunAsync),
    ];
}
