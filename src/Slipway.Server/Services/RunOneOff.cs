using System.Text.Json;
using Slipway.Engine;
using Slipway.Engine.Deployments.Docker;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Services;

/// <summary>Runs a command once, in a new container of a service of the release that serves.</summary>
internal sealed class RunOneOff(string kind, DeploymentContexts contexts) : IActionHandler
{
    /// <summary>What is to run, and where.</summary>
    internal sealed record Payload(string Service, string ServerUid, IReadOnlyList<string> Arguments);

    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var payload = JsonSerializer.Deserialize<Payload>(run.Claim.Payload)!;
        if (await contexts.OfLiveAsync(run, cancellationToken) is not { } context)
            throw new UserErrorException("No release serves. Deploy the stack first.");
        var server = context.WebServers.FirstOrDefault(server => server.Uid == payload.ServerUid)
            ?? throw new UserErrorException("The server does not belong to the stack any more.");
        var service = context.Docker.Services.FirstOrDefault(service => service.Name == payload.Service)
            ?? throw new UserErrorException($"The release that serves has no service {payload.Service}.");
        var command = new OneOffCommand(server, service, payload.Arguments);
        return new(DeployStack.Adapt(command.Steps, context, run)) { OnFailureAsync = token => command.TidyUpAsync(context, token) };
    }
}
