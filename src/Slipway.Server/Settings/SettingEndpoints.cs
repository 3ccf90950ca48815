using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Settings;
using Slipway.Engine.Stacks;
using Slipway.Server.Accounts;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Settings;

/// <summary>Settings of stacks change at once; the action does what a change needs done on the servers.</summary>
internal static class SettingEndpoints
{
    public const string Kind = "stack-set";

    /// <summary>What the handler of the action is told.</summary>
    internal sealed record Payload(string Key);

    public static void MapSettings(this IEndpointRouteBuilder api)
    {
        var settings = api.MapGroup("/stacks/{stackUid}/settings").WithTags("settings");
        settings.MapGet("/", List).WithSummary("Lists the settings of a stack");
        settings.MapGet("/{key}", Get).WithSummary("Shows a setting of a stack");
        settings.MapPut("/{key}", Change).WithSummary("Changes a setting of a stack").Takes<ChangeSetting>()
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
        api.MapServerSettings();
    }

    private static async Task<Results<Ok<ApiList<Setting>>, ApiProblem>> List(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken) =>
        await FindAsync(db, caller, stackUid, AccessLevel.View, cancellationToken) is { } stack
            ? PageOf([.. StackSettings.All.Where(setting => setting.IsListed(stack)).Select(setting => setting.ToRecord(stack))], parameters)
            : ApiProblem.NotFound();

    private static async Task<Results<Ok<ApiResponse<Setting>>, ApiProblem>> Get(
        string stackUid, string key, Caller caller, AppDb db, CancellationToken cancellationToken) =>
        await FindAsync(db, caller, stackUid, AccessLevel.View, cancellationToken) is { } stack && Named(key) is { } setting
            ? Api.Ok(setting.ToRecord(stack))
            : ApiProblem.NotFound();

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Change(
        string stackUid, string key, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = parameters.Read<ChangeSetting>();
        if (await FindAsync(db, caller, stackUid, AccessLevel.Admin, cancellationToken) is not { } stack || Named(key) is not { } setting)
            return ApiProblem.NotFound();
        if (setting.Change is not { } change)
            return ApiProblem.BadRequest($"{setting.Key} is read-only here. Rename the stack with PUT /stacks/{{uid}} or on its settings page.");
        if (setting.NeedsAccountAdmin && !await db.AdministersAsync(stack.AccountId, caller.UserId, cancellationToken))
            return ApiProblem.Forbidden($"Only {HostAccessText.Who} can change {setting.Key}; the level admin on this stack is not enough.");
        if (change(stack, request.Value) is { } problem)
            return ApiProblem.BadRequest(problem);
        stack.UpdatedAt = time.GetUtcNow();
        var action = queue.Add(stack, Kind, $"{Kind}: {setting.Key}", JsonSerializer.Serialize(new Payload(setting.Key)), caller.Requester);
        // Other code may need other servers, or be the first that can be deployed at all; and what a definition asks for may be a mistake now, or none.
        var isLive = await db.Deployments.AnyAsync(deployment => deployment.StackId == stack.Id && deployment.IsLive, cancellationToken);
        if ((!isLive && setting.Key is StackSettings.GitBranch or StackSettings.GitRepository) || setting.Key is StackSettings.DockerHostAccess)
            queue.Add(stack, StackEndpoints.AnalyseKind, StackEndpoints.AnalyseKind, "{}", caller.Requester);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(await ActionRecords.StartAsync(queue, db, action, cancellationToken));
    }

    /// <summary>All settings stand on one page, as old clients expect.</summary>
    public static Ok<ApiList<Setting>> PageOf(IReadOnlyList<Setting> settings, ApiParameters parameters)
    {
        var page = parameters.Page();
        return Api.List([.. settings.Skip((int)Math.Min(int.MaxValue, (page.Number - 1L) * page.Size)).Take(page.Size)], page, settings.Count);
    }

    private static StackSetting? Named(string key) => StackSettings.All.FirstOrDefault(setting => setting.IsNamed(key));

    private static Task<Stack?> FindAsync(AppDb db, Caller caller, string stackUid, AccessLevel level, CancellationToken cancellationToken) =>
        db.Stacks.VisibleTo(caller, level).FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);
}
