using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Steps;

namespace Slipway.Engine.Deployments;

/// <summary>The live release started anew with the variables as they are now, without dropping a request.</summary>
internal static class Refresh
{
    public static IReadOnlyList<Step<DeployContext>> StepsFor(DeployContext context) => context.Wanted.IsDocker ? DockerDeploy.RefreshSteps : Steps;

    private static IReadOnlyList<Step<DeployContext>> Steps { get; } =
    [
        new("write the environment", WriteEnvironment.RunAsync),
        new("find the live release", FindRelease.RunAsync),
        new("start it beside itself", StartRun.RunAsync),
        new("check its health", CheckHealth.RunAsync),
        .. SwitchTraffic.Steps,
        RetireRuns.CommitStep,
        new("retire the earlier start", RetireRuns.RunAsync),
    ];
}
