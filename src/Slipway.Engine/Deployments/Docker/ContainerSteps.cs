using Slipway.Engine.Deployments.Docker.Tls;
using Slipway.Engine.Deployments.Steps;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>New containers beside the old, then the switch, then the old ones' end.</summary>
internal static class ContainerSteps
{
    private const string Start = "start new containers";

    public static IReadOnlyList<Step<DeployContext>> StartAndSwitch { get; } = From(new(Start, StartContainers.RunAsync) { Deadline = TimeSpan.FromHours(1) });

    /// <summary>The same in a deployment, whose services have commands for it.</summary>
    public static IReadOnlyList<Step<DeployContext>> RunCommandsStartAndSwitch { get; } =
        From(new(Start, StartContainers.RunWithCommandsAsync) { Deadline = TimeSpan.FromHours(2) });

    private static IReadOnlyList<Step<DeployContext>> From(Step<DeployContext> start) =>
    [
        // Before anything starts: with a certificate that cannot be used there would be no switch.
        SiteCertificates.Step,
        start,
        new("prepare the switch", SwitchContainers.PrepareAsync),
        new("switch traffic", SwitchContainers.SwitchAsync),
        RetireRuns.CommitStep,
        new("retire old containers", RetireContainers.RunAsync),
    ];
}
