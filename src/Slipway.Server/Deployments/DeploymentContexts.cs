using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Engine.Deployments;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Stacks;
using Slipway.Server.Environments;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;

namespace Slipway.Server.Deployments;

/// <summary>Puts together what the engine's steps need from the stack's rows.</summary>
internal sealed class DeploymentContexts(AppDb db, StackSpecs specs, StackVariables variables, Provisioner provisioner, EngineTimeouts timeouts, TimeProvider time)
{
    public async Task<DeployContext> MakeAsync(
        ActionRun run, DeployState state, string release, string runName, string gitRef, CancellationToken cancellationToken)
    {
        await db.WriteAsync(token => NewDatabases.AddMissingAsync(db, run.Claim.StackId, time.GetUtcNow(), token), cancellationToken);
        var stack = await specs.FindAsync(run.Claim.StackId, cancellationToken);
        var spec = await specs.SpecAsync(stack, cancellationToken) with { Epoch = run.Claim.Epoch };
        var values = await variables.ReadAsync(stack, spec, cancellationToken);
        foreach (var secret in values.Secrets.Append(stack.SshPrivateKey).Append(stack.GitPrivateKey))
            run.Redact(secret);
        var rows = stack.Servers.ToDictionary(server => server.Uid);
        // All machines are known to the run from the start, so that a cancel reaches them after a restart too.
        var hosts = spec.Servers.ToDictionary(server => server.Uid, server => run.Host(rows[server.Uid].Id, server.Name, server.Machine));
        return new()
        {
            Wanted = spec,
            Release = release,
            Run = runName,
            GitRef = gitRef.Length > 0 ? gitRef : stack.GitBranch,
            IsBuild = !await db.Deployments.AnyAsync(
                row => row.StackId == stack.Id && row.Outcome == DeploymentOutcome.Success, cancellationToken),
            Code = specs.CodeOf(stack),
            Hosts = server => hosts[server.Uid],
            Log = run,
            Provisioner = provisioner,
            ProvisionedDigests = stack.Servers.Where(server => server.ProvisionedDigest is not null)
                .ToDictionary(server => server.Uid, server => server.ProvisionedDigest!),
            Timeouts = timeouts,
            Variables = values.For,
            State = state,
        };
    }

    /// <summary>What the deployment that made a release had found out about it, for those that start it again.</summary>
    public async Task<DeployState> StateOfReleaseAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        var json = await db.Deployments.AsNoTracking()
            .Where(row => row.StackId == deployment.StackId && row.Release == deployment.Release && row.Type != DeploymentType.Rollback)
            .Select(row => row.Action!.State).FirstOrDefaultAsync(cancellationToken)
            ?? throw new UserErrorException($"Nothing is known about release {deployment.Release} any more. Deploy its commit instead.");
        var made = JsonSerializer.Deserialize(json, DeployJson.Default.DeployState)!;
        return new() { Commit = made.Commit, Subject = made.Subject, Plan = made.Plan, KeptReleases = made.KeptReleases };
    }
}
