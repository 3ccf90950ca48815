using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Stacks;
using Slipway.Engine;
using Slipway.Engine.Analysis;
using Slipway.Engine.Deployments;
using Slipway.Engine.Git;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;
using Slipway.Server.ServerGroups;
using Slipway.Server.Servers;

namespace Slipway.Server.Stacks;

/// <summary>Fetches a stack's repository and reads what is in it; a new stack that is complete is deployed right after.</summary>
internal sealed class AnalyseStack(string kind, StackSpecs specs, StackScheduler scheduler, TimeProvider time) : IActionHandler
{
    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var stack = await specs.FindAsync(run.Claim.StackId, cancellationToken);
        run.Redact(stack.GitPrivateKey);
        var deploysNext = kind == CreateStack.Kind && JsonSerializer.Deserialize<CreateStack.Payload>(run.Claim.Payload) is { Deploy: true };
        return new(
        [
            new("fetch the repository", (_, token) => FetchAsync(run, stack, token)) { Retries = 2, IsHeavy = true },
            new("read the code", (_, token) => ReadAsync(run, stack, token)),
        ])
        {
            // The status follows from the action, which is audited.
            OnStartAsync = (db, token) => db.Stacks.Where(row => row.Id == stack.Id).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, StackStatus.Analysing), token),
            OnEndAsync = (db, end, token) => EndAsync(db, run, end, deploysNext, token),
        };
    }

    public Task EndUnplannedAsync(AppDb db, ActionRun run, ActionEnd end, CancellationToken cancellationToken) =>
        EndAsync(db, run, end, deploysNext: false, cancellationToken);

    private async Task FetchAsync(ActionRun run, Stack stack, CancellationToken cancellationToken)
    {
        if (!stack.HasRepository)
        {
            run.WriteState(new() { Commit = DefinitionCode.HashOf(stack.ServiceYaml ?? "") }, AnalyseJson.Default.AnalyseState);
            return;
        }
        var mirror = specs.MirrorOf(stack);
        await run.WriteAsync("", Severity.Info, $"Fetching {mirror.Url.Display}");
        await mirror.FetchAsync(cancellationToken);
        var branch = stack.GitBranch.Length > 0 ? stack.GitBranch : await mirror.GetDefaultBranchAsync(cancellationToken)
            ?? throw new UserErrorException("The repository has no default branch. Name the branch to deploy.");
        var commit = await mirror.ResolveAsync(GitRef.Parse(branch), cancellationToken);
        await run.WriteAsync("", Severity.Info, $"{branch} is at {commit.ShortHash} \"{commit.Subject}\"");
        run.WriteState(new() { Branch = branch, Commit = commit.Hash }, AnalyseJson.Default.AnalyseState);
    }

    private async Task<IRepositoryFiles> FilesAsync(Stack stack, string hash, CancellationToken cancellationToken)
    {
        if (!stack.HasRepository)
            return new NoRepository();
        var mirror = specs.MirrorOf(stack);
        await mirror.EnsureAsync(hash, cancellationToken);
        return mirror.FilesAt(await mirror.ResolveAsync(GitRef.Parse(hash), cancellationToken));
    }

    private async Task ReadAsync(ActionRun run, Stack stack, CancellationToken cancellationToken)
    {
        var state = run.ReadState(AnalyseJson.Default.AnalyseState);
        var result = await RepositoryAnalysis.AnalyzeAsync(await FilesAsync(stack, state.Commit, cancellationToken), specs.AnalysisOptionsOf(stack), cancellationToken);
        foreach (var problem in result.Problems)
            await run.WriteAsync("", Severity.Error, problem);
        foreach (var note in result.CannotDo.Concat(result.Notes))
            await run.WriteAsync("", Severity.Warning, note);
        state.Analysis = new StoredAnalysis(state.Commit, result).ToJson();
        run.WriteState(state, AnalyseJson.Default.AnalyseState);
        if (result.IsTerminal)
            throw new UserErrorException(string.Join('\n', result.Problems.Concat(result.CannotDo)));
    }

    private async Task EndAsync(AppDb db, ActionRun run, ActionEnd end, bool deploysNext, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.Include(row => row.Servers).Include(row => row.Deployments)
            .AsSplitQuery().FirstAsync(row => row.Id == run.Claim.StackId, cancellationToken);
        var state = run.ReadState(AnalyseJson.Default.AnalyseState);
        var isLive = stack.Deployments.Any(deployment => deployment.IsLive);
        // What runs was made for the one kind or the other; deployments of such a commit are refused.
        if (state.Analysis is not null && (!isLive || StoredAnalysis.Of(state.Analysis)!.Result.IsDocker == stack.IsDocker))
        {
            Note(stack, state);
            await DefaultRoles.CoverAsync(db, stack, StoredAnalysis.Of(state.Analysis)!.Result.Components, cancellationToken);
            await ComponentGroups.FollowFrameworkAsync(db, stack, time.GetUtcNow(), cancellationToken);
        }
        stack.Message = end.Message;
        stack.UpdatedAt = time.GetUtcNow();
        stack.Status = (isLive, end.IsSuccess) switch
        {
            (true, _) => StackStatus.Success,
            (_, true) => StackStatus.Analysed,
            _ => StackStatus.TerminalFailure,
        };
        if (stack.Deployments.Any(deployment => deployment.Outcome is DeploymentOutcome.InProgress))
            stack.Status = StackStatus.QueuedForDeploying;
        if (end.IsSuccess && deploysNext)
            await DeployAsync(db, stack, run, cancellationToken);
    }

    private static void Note(Stack stack, AnalyseState state)
    {
        var analysis = StoredAnalysis.Of(state.Analysis)!;
        stack.Analysis = state.Analysis;
        stack.GitBranch = state.Branch;
        stack.Language = analysis.Result.Language;
        stack.Framework = analysis.FrameworkName;
    }

    private async Task DeployAsync(AppDb db, Stack stack, ActionRun run, CancellationToken cancellationToken)
    {
        if (StoredAnalysis.Of(stack.Analysis)!.Result.Problems is [_, ..] problems)
        {
            stack.Message = string.Join('\n', problems);
            return;
        }
        var action = await db.Actions.FirstAsync(row => row.Id == run.Claim.ActionId, cancellationToken);
        var requester = new Requester(action.UserEmail, action.StartedVia);
        var deployment = NewDeployment.For(stack, "", DeploymentType.Build, requester, time.GetUtcNow());
        await NewDeployment.AddAsync(db, new(db, scheduler, time), stack, deployment, requester, isQueued: false, cancellationToken);
    }
}

/// <summary>What the steps hand on.</summary>
internal sealed class AnalyseState
{
    public string Branch { get; set; } = "";

    public string Commit { get; set; } = "";

    /// <summary>JSON of <see cref="StoredAnalysis"/>.</summary>
    public string? Analysis { get; set; }
}

[JsonSerializable(typeof(AnalyseState))]
internal sealed partial class AnalyseJson : JsonSerializerContext;
