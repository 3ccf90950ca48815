using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Steps;

namespace Slipway.Engine.Deployments;

/// <summary>From a commit to its release serving on all web servers, or on none.</summary>
internal static class Deploy
{
    public static IReadOnlyList<Step<DeployContext>> StepsFor(DeployContext context) => context.Wanted.IsDocker ? DockerDeploy.Steps : Steps;

    private static IReadOnlyList<Step<DeployContext>> Steps { get; } =
    [
        new("find the commit", FindCommit.RunAsync) { Retries = 2, IsHeavy = true },
        .. Provision.Steps,
        new("send the code", SendCode.RunAsync) { IsHeavy = true },
        new("write the environment", WriteEnvironment.RunAsync),
        RunHooks.BeforeBundleStep,
        new("install gems", InstallGems.RunAsync) { When = context => context.State.Plan.HasGemfile },
        RunHooks.AfterBundleStep,
        new("migrate the database", MigrateDatabase.RunAsync) { When = context => context.State.Plan.HasMigrations },
        new("precompile assets", PrecompileAssets.RunAsync) { When = context => context.State.Plan.NeedsAssets },
        new("start the new release", StartRun.RunAsync),
        new("check its health", CheckHealth.RunAsync),
        .. SwitchTraffic.Steps,
        RunHooks.AfterSymlinkStep,
        RetireRuns.CommitStep,
        new("retire the old release", RetireRuns.RunAsync),
        RunHooks.AtEndStep,
        new("remove old releases", PruneReleases.RunAsync),
    ];
}
