namespace Slipway.Engine.Deployments.Steps;

internal static class FindCommit
{
    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var commit = await context.Code.FetchAsync(context.GitRef, cancellationToken);
        await context.SayAsync(null, $"{context.GitRef} is {commit.Hash[..10]} \"{commit.Subject}\" by {commit.Author}");
        context.State.Commit = commit.Hash;
        context.State.Subject = commit.Subject;
        context.State.Plan = await context.Code.PlanAsync(commit, cancellationToken);
    }
}
