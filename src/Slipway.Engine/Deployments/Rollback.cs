using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Steps;

namespace Slipway.Engine.Deployments;

/// <summary>Back to a release that is still on the servers, without a build.</summary>
internal static class Rollback
{
    public static IReadOnlyList<Step<DeployContext>> StepsFor(DeployContext context) => context.Wanted.IsDocker ? DockerDeploy.RollbackSteps : Steps;

    private static IReadOnlyList<Step<DeployContext>> Steps { get; } =
    [
        new("find the release", FindRelease.RunAsync),
        new("write the environment", WriteEnvironment.RunAsync),
        new("start the earlier release", StartRun.RunAsync),
        new("check its health", CheckHealth.RunAsync),
        .. SwitchTraffic.Steps,
        RetireRuns.CommitStep,
        new("retire the newer release", RetireRuns.RunAsync),
    ];
}
