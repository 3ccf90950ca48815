using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;

namespace Slipway.Server.Hooks;

/// <summary>
/// What git hosts call when something was pushed. It is open to whoever knows the address, and where the stack has a secret, to those only who
/// know that too.
/// </summary>
internal sealed class RunRedeployHook(AppDb db, ActionQueue queue, Origin origin, TimeProvider time)
{
    private const string Via = "hook";

    // Hosts list all commits of a push in it.
    private const int MaxBytes = 5 * 1024 * 1024;

    private static readonly Requester Requester = new("redeployment hook", Via);

    public static async Task<IResult> Handle(string key, string token, HttpRequest request, RunRedeployHook hook, CancellationToken cancellationToken)
    {
        try
        {
            return await hook.RunAsync(key, token, request, cancellationToken);
        }
        catch (BadHttpRequestException exception)
        {
            return new ApiProblem(exception.StatusCode, exception.Message);
        }
    }

    private async Task<IResult> RunAsync(string key, string token, HttpRequest request, CancellationToken cancellationToken)
    {
        var known = await db.Stacks.AsNoTracking().Where(stack => stack.HookKey == key)
            .Select(stack => new { stack.Id, stack.AccountId, stack.HookToken, stack.HookSecret, stack.GitBranch }).FirstOrDefaultAsync(cancellationToken);
        if (known?.HookToken is not { } expected || !HookProof.AreEqual(token, expected))
            return ApiProblem.NotFound("There is no such hook. Look its address up in the stack's settings: it may have been renewed.");
        var body = await ReadAsync(request, cancellationToken);
        if (known.HookSecret is { } secret && !HookProof.IsGiven(request.Headers, body, secret))
            return ApiProblem.Forbidden("The call is not signed with the hook's secret. Enter the same secret at the git host.");
        var suspended = await db.Accounts.Where(account => account.Id == known.AccountId && account.SuspendedAt != null)
            .Select(account => account.SuspendedFor ?? Account.NoReason).FirstOrDefaultAsync(cancellationToken);
        if (suspended is not null)
            return ApiProblem.Suspended(suspended);
        if (HookEvent.OtherThanPush(request.Headers) is { } other)
            return Answer($"Nothing to do for {other}");
        var payload = await PushPayload.ReadAsync(body, request.ContentType, cancellationToken);
        return payload.Concerns(known.GitBranch) ? await DeployAsync(known.Id, cancellationToken) : Answer($"Nothing to do: {known.GitBranch} was not pushed");
    }

    private async Task<IResult> DeployAsync(int stackId, CancellationToken cancellationToken)
    {
        origin.Become(Requester.Email, Via, $"POST {HookAddress.Root}");
        var answer = await db.WriteAsync(StoreAsync, cancellationToken);
        queue.Wake(stackId);
        return answer;

        async Task<IResult> StoreAsync(CancellationToken cancel)
        {
            var stack = await db.Stacks.Include(row => row.Servers).FirstAsync(row => row.Id == stackId, cancel);
            if (RedeployStack.Refuse(stack) is { } problem)
                return problem;
            // One that has not begun will fetch what was pushed now.
            var isWaiting = await db.Deployments.AnyAsync(
                deployment => deployment.StackId == stackId && deployment.GitRef == "" && deployment.Type != DeploymentType.Rollback
                    && deployment.Action!.ClaimedAt == null && deployment.Action.FinishedAt == null, cancel);
            return isWaiting
                ? Answer("A redeployment is queued already")
                : Api.Ok(await RedeployStack.AddAsync(db, queue, stack, "", Requester, time.GetUtcNow(), cancel));
        }
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes)
            throw TooLarge();
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int count;
        while ((count = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + count > MaxBytes)
                throw TooLarge();
            buffer.Write(chunk, 0, count);
        }
        return buffer.ToArray();
    }

    private static BadHttpRequestException TooLarge() => new($"A payload may have at most {MaxBytes} bytes.", StatusCodes.Status413PayloadTooLarge);

    private static IResult Answer(string message) => Api.Ok(new OkReply(true, message));
}
