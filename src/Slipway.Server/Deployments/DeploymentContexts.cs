using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Stacks;
using Slipway.Server.Environments;
using Slipway.Server.Platform.Work;
using Slipway.Server.Servers;
using Slipway.Server.Stacks;

namespace Slipway.Server.Deployments;

/// <summary>Puts together what the engine's steps need from the stack's rows.</summary>
internal sealed class DeploymentContexts(AppDb db, StackSpecs specs, StackVariables variables, Provisioner provisioner, EngineTimeouts timeouts, TimeProvider time)
{
    /// <summary>What runs of work that is no deployment are named by, before its number.</summary>
    public const string ActionPrefix = "action";

    public async Task<DeployContext> MakeAsync(
        ActionRun run, DeployState state, string release, string runName, string gitRef, CancellationToken cancellationToken)
    {
        await db.WriteAsync(token => NewDatabases.AddMissingAsync(db, run.Claim.StackId, time.GetUtcNow(), token), cancellationToken);
        var (stack, spec, values) = await ReadAsync(run, cancellationToken);
        state.ReconfiguresNginx |= stack.ReconfigureNginx;
        var rows = stack.Servers.ToDictionary(server => server.Uid);
        // All machines are known to the run from the start, so that a cancel reaches them after a restart too.
        var hosts = spec.Servers.ToDictionary(server => server.Uid, server => run.Host(rows[server.Uid].Id, server.Name, server.Machine));
        return new()
        {
            Wanted = spec,
            Release = release,
            Run = runName,
            GitRef = gitRef.Length > 0 ? gitRef : stack.HasRepository ? stack.GitBranch : PostedDefinition.Name,
            IsBuild = !await db.Deployments.AnyAsync(
                row => row.StackId == stack.Id && row.Outcome == DeploymentOutcome.Success, cancellationToken),
            Code = specs.CodeOf(stack),
            Hosts = server => hosts[server.Uid],
            Log = run,
            Provisioner = provisioner,
            // A server of which nothing is known is gone over completely.
            ProvisionedDigests = state.ReconfiguresNginx ? new Dictionary<string, string>() : stack.Servers
                .Where(server => server.ProvisionedDigest is not null).ToDictionary(server => server.Uid, server => server.ProvisionedDigest!),
            Timeouts = timeouts,
            Variables = values.For,
            AddDatabases = (context, kinds, token) => AddDatabasesAsync(context, run, kinds, token),
            State = state,
        };
    }

    /// <summary>For work on the release that serves, or on one more start of it; null while none does.</summary>
    public async Task<DeployContext?> OfLiveAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var live = await db.Deployments.AsNoTracking().FirstOrDefaultAsync(row => row.StackId == run.Claim.StackId && row.IsLive, cancellationToken);
        if (live is null)
            return null;
        var created = await db.Actions.Where(action => action.Id == run.Claim.ActionId).Select(action => action.CreatedAt).FirstAsync(cancellationToken);
        var state = run.State is null ? await StateOfReleaseAsync(live, cancellationToken) : run.ReadState(DeployJson.Default.DeployState);
        var runName = $"{created.UtcDateTime:yyyyMMddHHmmss}-{ActionPrefix}{run.Claim.ActionId}";
        return await MakeAsync(run, state, live.Release, runName, live.GitRef, cancellationToken);
    }

    /// <summary>For work on the stack's servers that has nothing to do with any release.</summary>
    public Task<DeployContext> OfStackAsync(ActionRun run, CancellationToken cancellationToken) =>
        MakeAsync(run, new(), release: "none", runName: "none", gitRef: "", cancellationToken);

    /// <summary>The background processes of the release that serves; null while none does.</summary>
    public async Task<IReadOnlyDictionary<string, string>?> ProcessesOfLiveAsync(int stackId, CancellationToken cancellationToken) =>
        await db.Deployments.AsNoTracking().FirstOrDefaultAsync(row => row.StackId == stackId && row.IsLive, cancellationToken) is { } live
            ? (await StateOfReleaseAsync(live, cancellationToken)).Plan.Processes
            : null;

    /// <summary>The containers of the release that serves; null while none does, or where nothing is known about it any more.</summary>
    public async Task<DockerDefinition?> ServicesOfLiveAsync(int stackId, CancellationToken cancellationToken)
    {
        var state = await db.Deployments.AsNoTracking()
            .Where(made => made.StackId == stackId && made.Type != DeploymentType.Rollback
                && db.Deployments.Any(live => live.StackId == stackId && live.IsLive && live.Release == made.Release))
            .Select(made => made.Action!.State).FirstOrDefaultAsync(cancellationToken);
        return state is null ? null : DeployJson.Read(state).Plan.Docker;
    }

    private async Task<(Stack Stack, StackSpec Spec, VariableValues Values)> ReadAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var stack = await specs.FindAsync(run.Claim.StackId, cancellationToken);
        var spec = await specs.SpecAsync(stack, cancellationToken) with { Epoch = run.Claim.Epoch };
        var values = await variables.ReadAsync(stack, spec, cancellationToken);
        foreach (var secret in values.Secrets.Append(stack.SshPrivateKey).Append(stack.GitPrivateKey))
            run.Redact(secret);
        return (stack, spec, values);
    }

    private async Task AddDatabasesAsync(DeployContext context, ActionRun run, IReadOnlyList<string> kinds, CancellationToken cancellationToken)
    {
        await db.WriteAsync(
            async token =>
            {
                var stack = await db.Stacks.Include(row => row.Servers).FirstAsync(row => row.Id == run.Claim.StackId, token);
                await DefaultRoles.CoverAsync(db, stack, kinds, token);
                await NewDatabases.AddMissingAsync(db, stack.Id, time.GetUtcNow(), token);
            },
            cancellationToken);
        var (_, spec, values) = await ReadAsync(run, cancellationToken);
        (context.Wanted, context.Variables) = (spec, values.For);
    }

    public Task<string?> UidOfServerAsync(int serverId, CancellationToken cancellationToken) =>
        db.Servers.Where(server => server.Id == serverId).Select(server => server.Uid).FirstOrDefaultAsync(cancellationToken);

    /// <summary>What the deployment that made a release had found out about it, for those that start it again.</summary>
    public async Task<DeployState> StateOfReleaseAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        var json = await db.Deployments.AsNoTracking()
            .Where(row => row.StackId == deployment.StackId && row.Release == deployment.Release && row.Type != DeploymentType.Rollback)
            .Select(row => row.Action!.State).FirstOrDefaultAsync(cancellationToken)
            ?? throw new UserErrorException($"Nothing is known about release {deployment.Release} any more. Deploy its commit instead.");
        var made = DeployJson.Read(json);
        return new() { Commit = made.Commit, Subject = made.Subject, Plan = made.Plan, KeptReleases = made.KeptReleases };
    }
}
