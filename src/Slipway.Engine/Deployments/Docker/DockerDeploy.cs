using Slipway.Engine.Deployments.Docker.Drift;
using Slipway.Engine.Deployments.Docker.Images;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Deployments.Steps;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>From a commit to its containers serving on all servers, or on none.</summary>
internal static class DockerDeploy
{
    private static readonly TimeSpan LongestTransfer = TimeSpan.FromHours(2);

    public static IReadOnlyList<Step<DeployContext>> Steps { get; } =
    [
        new("find the commit", FindCommit.RunAsync) { Retries = 2, IsHeavy = true },
        new("find the databases", FindDatabases.RunAsync) { When = FindDatabases.IsNeeded },
        new("check the variables", WriteContainerFiles.CheckAsync),
        .. Provision.Steps,
        new("send the code", SendCode.RunAsync) { When = BuildImages.IsNeeded, IsHeavy = true },
        new("write the environment", WriteContainerFiles.RunAsync),
        new("make network and volumes", MakeNetwork.RunAsync),
        new("find the names of services", FindNames.RunAsync),
        new("build images", BuildImages.RunAsync) { When = BuildImages.IsNeeded, Deadline = LongestTransfer },
        new("pull images", PullImages.RunAsync) { When = PullImages.IsNeeded, Deadline = LongestTransfer },
        new("bring images to all servers", ShareImages.RunAsync) { When = ShareImages.IsNeeded, Deadline = LongestTransfer },
        .. ContainerSteps.RunCommandsStartAndSwitch,
        new("remove old images", PruneImages.RunAsync),
    ];

    /// <summary>Back to images that are still on the servers, without a build. Servers that lack them get them from others.</summary>
    public static IReadOnlyList<Step<DeployContext>> RollbackSteps { get; } = Again("find the images");

    /// <summary>The live images started anew with the variables as they are now.</summary>
    public static IReadOnlyList<Step<DeployContext>> RefreshSteps { get; } = Again("find the live images");

    /// <summary>The same for another number of containers, or in place of some: on the servers that answer.</summary>
    public static IReadOnlyList<Step<DeployContext>> ChangeSteps { get; } = [new("find the servers that answer", FindServers.RunAsync), .. RefreshSteps];

    /// <summary>The same where something of it is not as it was left.</summary>
    public static IReadOnlyList<Step<DeployContext>> RepairSteps { get; } = [ChangeSteps[0], new("prepare servers for names", NameDrift.PrepareAgainAsync), .. RefreshSteps];

    private static IReadOnlyList<Step<DeployContext>> Again(string find) =>
    [
        new(find, ShareImages.RunAsync) { Deadline = LongestTransfer },
        new("write the environment", WriteContainerFiles.RunAsync),
        new("make network and volumes", MakeNetwork.RunAsync),
        new("find the names of services", FindNames.RunAsync),
        .. ContainerSteps.StartAndSwitch,
    ];
}
