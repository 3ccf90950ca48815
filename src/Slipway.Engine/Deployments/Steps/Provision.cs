using Slipway.Engine.Provisioning;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Brings servers that are not yet as this release needs them to that state; the others are not even visited.</summary>
internal static class Provision
{
    // Packages may wait for another apt and then come over a slow line; a Ruby may be built.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(90);

    public static IReadOnlyList<Step<DeployContext>> Steps { get; } =
    [
        new("install packages", (context, token) => context.Provisioner.InstallPackagesAsync(RunOf(context), token)) { When = IsNeeded, Deadline = Deadline },
        new("configure servers", (context, token) => context.Provisioner.ConfigureServersAsync(RunOf(context), token)) { When = IsNeeded, Deadline = Deadline },
        new("set up databases", SetUpDatabasesAsync) { When = IsNeeded, Deadline = Deadline },
    ];

    private static async Task SetUpDatabasesAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var run = RunOf(context);
        await context.Provisioner.SetUpDatabasesAsync(run, cancellationToken);
        context.State.ProvisionedDigests = run.Servers.ToDictionary(
            server => server.Uid, server => context.Provisioner.Digest(context.Stack, server));
    }

    private static ProvisionRun RunOf(DeployContext context) => new(context.Stack, context.Hosts, context.Log)
    {
        Includes = server => IsBehind(context, server),
    };

    private static bool IsNeeded(DeployContext context) => context.Stack.Servers.Any(server => IsBehind(context, server));

    private static bool IsBehind(DeployContext context, ServerSpec server) =>
        context.ProvisionedDigests.GetValueOrDefault(server.Uid) != context.Provisioner.Digest(context.Stack, server);
}
