using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Processes;
using Slipway.Engine.Stacks;
using Slipway.Server.Actions;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Processes;

/// <summary>The background processes of the release that serves, or of the last analysis while none does.</summary>
internal static class ProcessEndpoints
{
    public const string ScaleKind = "Process_scale";
    private const int Most = 100;

    public static void MapProcesses(this IEndpointRouteBuilder api)
    {
        var processes = api.MapGroup("/stacks/{stackUid}/processes").WithTags("processes");
        processes.MapGet("/", List).WithSummary("Lists the background processes of a stack");
        processes.MapGet("/{name}", Get).WithSummary("Shows a background process");
        processes.MapPost("/", Scale).WithSummary("Scales a background process, server by server").Takes<ScaleProcess>()
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Control);
    }

    private static async Task<Results<Ok<ApiList<Process>>, ApiProblem>> List(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, DeploymentContexts contexts, CancellationToken cancellationToken)
    {
        if (await FindAsync(db, caller, stackUid, AccessLevel.View, cancellationToken) is not { } stack)
            return ApiProblem.NotFound();
        var (all, page) = (await ReadAsync(stack, contexts, cancellationToken), parameters.Page());
        return Api.List([.. all.Skip((int)Math.Min(int.MaxValue, (page.Number - 1L) * page.Size)).Take(page.Size)], page, all.Count);
    }

    private static async Task<Results<Ok<ApiResponse<Process>>, ApiProblem>> Get(
        string stackUid, string name, Caller caller, AppDb db, DeploymentContexts contexts, CancellationToken cancellationToken) =>
        await FindAsync(db, caller, stackUid, AccessLevel.View, cancellationToken) is { } stack
            && (await ReadAsync(stack, contexts, cancellationToken)).FirstOrDefault(process => process.Name == name) is { } process
            ? Api.Ok(process)
            : ApiProblem.NotFound();

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Scale(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, DeploymentContexts contexts, ActionQueue queue, CancellationToken cancellationToken)
    {
        var request = parameters.Read<ScaleProcess>();
        if (await FindAsync(db, caller, stackUid, AccessLevel.Control, cancellationToken) is not { } stack)
            return ApiProblem.NotFound();
        if ((await ReadAsync(stack, contexts, cancellationToken)).All(process => process.Name != request.ProcessName))
            return ApiProblem.BadRequest($"process_name: the stack has no background process '{request.ProcessName}'.");
        if (request.ServerCount.Count == 0 || request.ServerCount.Values.Any(count => count is < 0 or > Most))
            return ApiProblem.BadRequest($"server_count must name servers by uid, each with a number from 0 to {Most}.");
        var web = WebServers(stack).ToDictionary(server => server.Uid);
        if (request.ServerCount.Keys.FirstOrDefault(uid => !web.ContainsKey(uid)) is { } unknown)
            return ApiProblem.BadRequest($"server_count: '{unknown}' is no web server of the stack; processes run on those.");
        foreach (var (uid, count) in request.ServerCount)
            web[uid].SetCount(request.ProcessName, count);
        var action = queue.Add(stack, ScaleKind, ScaleKind, "{}", caller.Requester);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(await ActionRecords.StartAsync(queue, db, action, cancellationToken));
    }

    private static async Task<IReadOnlyList<Process>> ReadAsync(Stack stack, DeploymentContexts contexts, CancellationToken cancellationToken)
    {
        var commands = await contexts.ProcessesOfLiveAsync(stack.Id, cancellationToken)
            ?? StoredAnalysis.Of(stack.Analysis)?.Result.Processes.ToDictionary(process => process.Name, process => process.Command)
            ?? new Dictionary<string, string>();
        return
        [
            .. commands.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new Process
            {
                Md5 = Md5(pair.Value),
                Name = pair.Key,
                Command = pair.Value,
                Servers = WebServers(stack).ToDictionary(
                    server => server.Name, server => server.ProcessCounts.Find(row => row.Process == pair.Key)?.Count ?? 1),
            }),
        ];
    }

    private static IEnumerable<Servers.Server> WebServers(Stack stack) =>
        stack.Servers.Where(server => server.HasRole(ServerRoles.Web)).OrderBy(server => server.Id);

    private static Task<Stack?> FindAsync(AppDb db, Caller caller, string stackUid, AccessLevel level, CancellationToken cancellationToken) => db.Stacks
        .VisibleTo(caller, level).Include(stack => stack.Servers).ThenInclude(server => server.ProcessCounts)
        .AsSplitQuery().FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);

    [SuppressMessage("Security", "CA5351", Justification = "Clients know the field by this name; it tells commands apart and protects nothing.")]
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
