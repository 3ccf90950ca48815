using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine.Analysis.Docker;
using Slipway.Server.Actions;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;
using ActionRecord = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Services;

/// <summary>What all changes of a stack's services have in common.</summary>
internal sealed class ServiceChanges(AppDb db, ActionQueue queue, DeploymentContexts contexts)
{
    public const string NoDockerStack = "This is no Docker stack, so it has neither services nor containers.";

    /// <summary>What the handler of the action is told: containers that make room.</summary>
    internal sealed record Payload(IReadOnlyList<string> ContainerUids);

    /// <summary>The same where none of those that run has to.</summary>
    public static string NoContainers { get; } = JsonSerializer.Serialize(new Payload([]));

    public static Task<Stack?> FindAsync(IQueryable<Stack> visible, string stackUid, CancellationToken cancellationToken) => visible
        .Include(stack => stack.Servers.OrderBy(server => server.Id)).ThenInclude(server => server.ProcessCounts)
        .AsSplitQuery().FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);

    /// <summary>The services of the release that serves, or of the last analysis while none does.</summary>
    public async Task<IReadOnlyList<ServiceDefinition>> ServicesAsync(Stack stack, CancellationToken cancellationToken) => !stack.IsDocker
        ? []
        : (await contexts.ServicesOfLiveAsync(stack.Id, cancellationToken) ?? StoredAnalysis.Of(stack.Analysis)?.Result.Docker)?.Services ?? [];

    /// <summary>How many containers of a service a server is to have: by default one, on the first server.</summary>
    public static int CountOf(Stack stack, Servers.Server server, string service) =>
        server.ProcessCounts.Find(row => row.Process == service)?.Count ?? (server == DockerServers(stack).FirstOrDefault() ? 1 : 0);

    public static IEnumerable<Servers.Server> DockerServers(Stack stack) =>
        stack.Servers.Where(server => server.HasRole(stack.CodeRole)).OrderBy(server => server.Id);

    /// <summary>Saves what was changed and queues the work.</summary>
    public async Task<ActionRecord> AddAsync(Stack stack, string kind, Requester requester, CancellationToken cancellationToken)
    {
        var action = queue.Add(stack, kind, kind, NoContainers, requester);
        await db.SaveChangesAsync(cancellationToken);
        return await StartAsync(action, cancellationToken);
    }

    /// <summary>Queues a command beside whatever else the stack does.</summary>
    public async Task<ActionRecord> AddCommandAsync(Stack stack, RunOneOff.Payload command, Requester requester, CancellationToken cancellationToken)
    {
        var action = queue.Add(stack, ServiceEndpoints.RunKind, ServiceEndpoints.RunKind, JsonSerializer.Serialize(command), requester, isBeside: true);
        await db.SaveChangesAsync(cancellationToken);
        return await StartAsync(action, cancellationToken);
    }

    /// <summary>Queues work on a container; the caller saves.</summary>
    public StackAction AddFor(Stack stack, string kind, string containerUid, Requester requester) =>
        queue.Add(stack, kind, kind, PayloadFor(containerUid), requester);

    /// <summary>The same work on the same container, if it waits or runs already.</summary>
    public Task<StackAction?> UnfinishedAsync(Stack stack, string kind, string containerUid, CancellationToken cancellationToken)
    {
        var payload = PayloadFor(containerUid);
        return db.Actions.FirstOrDefaultAsync(
            action => action.StackId == stack.Id && action.FinishedAt == null && action.Kind == kind && action.Payload == payload, cancellationToken);
    }

    /// <summary>Starts what was queued and saved.</summary>
    public Task<ActionRecord> StartAsync(StackAction action, CancellationToken cancellationToken) =>
        ActionRecords.StartAsync(queue, db, action, cancellationToken);

    private static string PayloadFor(string containerUid) => JsonSerializer.Serialize(new Payload([containerUid]));
}
