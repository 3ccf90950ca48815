using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Analysis.Docker;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Stacks;

/// <summary>The definition that came with a stack. Each deployment uses it as it is then; what a release was made of stays with the release.</summary>
internal static class StackDefinition
{
    public static void MapStackDefinition(this IEndpointRouteBuilder api)
    {
        var definition = api.MapGroup("/stacks/{stackUid}/service_yaml").WithTags("stacks").RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
        definition.MapGet("/", GetServiceYaml).WithSummary("Shows the definition of containers that came with a stack");
        definition.MapPut("/", ChangeServiceYaml).WithSummary("Changes the definition of containers that comes with a stack").Takes<ServiceYaml>();
    }

    private static async Task<Results<Ok<ApiResponse<ServiceYaml>>, ApiProblem>> GetServiceYaml(string stackUid, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var text = await db.Stacks.VisibleTo(caller, AccessLevel.Admin).Where(stack => stack.Uid == stackUid).Select(stack => stack.ServiceYaml)
            .FirstOrDefaultAsync(cancellationToken);
        return text is null ? ApiProblem.NotFound("No definition came with this stack: what it consists of is in its repository.") : Api.Ok(new ServiceYaml(text));
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> ChangeServiceYaml(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, TimeProvider time, CancellationToken cancellationToken)
    {
        var text = parameters.Read<ServiceYaml>().Text;
        var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Admin).FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);
        if (stack is null)
            return ApiProblem.NotFound();
        if (string.IsNullOrWhiteSpace(text) && !stack.HasRepository)
            return ApiProblem.BadRequest("service_yaml cannot be empty: the stack has no repository that says what it consists of.");
        if (!string.IsNullOrWhiteSpace(text) && PostedDefinition.FindMistakes(text, stack.Environment, stack.HasRepository) is { } mistakes)
            return ApiProblem.BadRequest(mistakes);
        // Its servers are provisioned for the one kind of stack or the other.
        if (!stack.IsDocker && await db.Deployments.AnyAsync(deployment => deployment.StackId == stack.Id && deployment.IsLive, cancellationToken))
            return ApiProblem.Conflict("The stack serves a Ruby application, which a definition of containers cannot take the place of. Make a new stack.");
        stack.ServiceYaml = string.IsNullOrWhiteSpace(text) ? null : text;
        stack.UpdatedAt = time.GetUtcNow();
        var action = queue.Add(stack, StackEndpoints.AnalyseKind, StackEndpoints.AnalyseKind, "{}", caller.Requester);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(await ActionRecords.StartAsync(queue, db, action, cancellationToken));
    }
}
