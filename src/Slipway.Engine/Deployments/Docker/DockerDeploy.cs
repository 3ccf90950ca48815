using Slipway.Engine.Deployments.Steps;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>From a commit to its containers serving on all servers, or on none.</summary>
internal static class DockerDeploy
{
    public static IReadOnlyList<Step<DeployContext>> Steps { get; } =
    [
        new("find the commit", FindCommit.RunAsync) { Retries = 2, IsHeavy = true },
        new("find the databases", FindDatabases.RunAsync) { When = FindDatabases.IsNeeded },
        .. Provision.Steps,
        new("send the code", SendCode.RunAsync) { When = context => context.Docker.Services.Any(service => service.Build is not null), IsHeavy = true },
        new("write the environment", WriteContainerFiles.RunAsync),
        new("make network and volumes", MakeNetwork.RunAsync),
        new("build images", BuildImages.RunAsync) { Deadline = TimeSpan.FromHours(2) },
        new("run commands of the deployment", RunCommands.RunAsync) { When = RunCommands.HasAny, Deadline = TimeSpan.FromHours(1) },
        .. ContainerSteps.StartAndSwitch,
        new("remove old images", PruneImages.RunAsync),
    ];

    /// <summary>Back to images that are still on the servers, without a build.</summary>
    public static IReadOnlyList<Step<DeployContext>> RollbackSteps { get; } = Again("find the images");

    /// <summary>The live images started anew with the variables as they are now.</summary>
    public static IReadOnlyList<Step<DeployContext>> RefreshSteps { get; } = Again("find the live images");

    private static IReadOnlyList<Step<DeployContext>> Again(string find) =>
    [
        new(find, FindImages.RunAsync),
        new("write the environment", WriteContainerFiles.RunAsync),
        new("make network and volumes", MakeNetwork.RunAsync),
        .. ContainerSteps.StartAndSwitch,
    ];
}
