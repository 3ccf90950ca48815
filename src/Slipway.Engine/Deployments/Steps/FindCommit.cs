namespace Slipway.Engine.Deployments.Steps;

internal static class FindCommit
{
    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var commit = await context.Code.FetchAsync(context.GitRef, cancellationToken);
        await context.SayAsync(null, $"{context.GitRef} is {commit.Hash[..10]} \"{commit.Subject}\" by {commit.Author}");
        context.State.Commit = commit.Hash;
        context.State.Subject = commit.Subject;
        var plan = await context.Code.PlanAsync(commit, cancellationToken);
        // Its servers are provisioned, and its rows are kept, for the one or the other.
        if (plan.Docker is null == context.Wanted.IsDocker)
            throw new UserErrorException(plan.Docker is { } docker
                ? $"Commit {commit.ShortHash} is of a Docker stack ({docker.Source}), but this stack was made for a Ruby application. Make a new stack of the repository."
                : $"Commit {commit.ShortHash} has neither a definition of services nor a Dockerfile, but this is a Docker stack. Make a new stack of the repository.");
        context.State.Plan = plan;
    }
}
