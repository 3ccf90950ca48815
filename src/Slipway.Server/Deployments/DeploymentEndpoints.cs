using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Users;
using Record = Slipway.Contracts.Deployments.Deployment;

namespace Slipway.Server.Deployments;

internal static class DeploymentEndpoints
{
    public static void MapDeployments(this IEndpointRouteBuilder api)
    {
        var deployments = api.MapGroup("/stacks/{stackUid}/deployments").WithTags("deployments");
        deployments.MapGet("/", List).WithSummary("Lists the deployments of a stack, newest first");
        deployments.MapGet("/{id:int}", Get).WithSummary("Shows a deployment");

        var changes = api.MapGroup("/stacks/{stackUid}/deployments").WithTags("deployments")
            .RequireAuthorization(Scopes.Redeploy).RequireLevel(AccessLevel.Deploy);
        changes.MapPost("/", RedeployStack.Handle).WithSummary("Redeploys a stack").Takes<Contracts.Deployments.Redeploy>();
        changes.MapDelete("/{id:int}", Cancel).WithSummary("Cancels a deployment");
        changes.MapPost("/{id:int}/rollback", RollBackStack.Handle).WithSummary("Brings the release of an earlier deployment back");
    }

    private static Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Cancel(
        string stackUid, int id, CancelAction cancel, CancellationToken cancellationToken) => cancel.RunAsync(
        stackUid, "deployment", stacks => stacks.SelectMany(stack => stack.Deployments).Where(row => row.Id == id).Select(row => row.Action!), cancellationToken);

    private static async Task<Results<Ok<ApiList<Record>>, ApiProblem>> List(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var stacks = db.Stacks.VisibleTo(caller).Where(stack => stack.Uid == stackUid);
        if (await HeadOfAsync(stacks, cancellationToken) is not var (head, gitUrl))
            return ApiProblem.NotFound();
        var deployments = stacks.SelectMany(stack => stack.Deployments).AsNoTracking().OrderByDescending(deployment => deployment.Id);
        return await Api.ListAsync(
            deployments.Select(deployment => DeploymentRecords.From(deployment, head, gitUrl)), parameters.Page(), cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        string stackUid, int id, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var stacks = db.Stacks.VisibleTo(caller).Where(stack => stack.Uid == stackUid);
        if (await HeadOfAsync(stacks, cancellationToken) is not var (head, gitUrl))
            return ApiProblem.NotFound();
        var deployment = await stacks.SelectMany(stack => stack.Deployments).AsNoTracking()
            .FirstOrDefaultAsync(deployment => deployment.Id == id, cancellationToken);
        return deployment is null ? ApiProblem.NotFound() : Api.Ok(DeploymentRecords.From(deployment, head, gitUrl));
    }

    private static async Task<(int Head, string GitUrl)?> HeadOfAsync(IQueryable<Stacks.Stack> stacks, CancellationToken cancellationToken)
    {
        var found = await stacks
            .Select(stack => new { stack.GitUrl, Head = stack.Deployments.Max(deployment => (int?)deployment.Id) })
            .FirstOrDefaultAsync(cancellationToken);
        return found is null ? null : (found.Head ?? 0, found.GitUrl);
    }
}
