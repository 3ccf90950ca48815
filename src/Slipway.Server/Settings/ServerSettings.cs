using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Settings;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Servers;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Settings;

/// <summary>Servers have one setting: their name. It changes at once; the action brings it to the machine and into the variables.</summary>
internal static class ServerSettings
{
    public const string Kind = "server-set";
    private const string NameKey = "server.name";

    /// <summary>What the handler of the action is told.</summary>
    internal sealed record Payload(int ServerId);

    public static void MapServerSettings(this IEndpointRouteBuilder api)
    {
        var settings = api.MapGroup("/stacks/{stackUid}/servers/{uid}/settings").WithTags("server_settings");
        settings.MapGet("/", List).WithSummary("Lists the settings of a server");
        settings.MapGet("/{key}", Get).WithSummary("Shows a setting of a server");
        settings.MapPut("/{key}", Change).WithSummary("Changes a setting of a server").Takes<ChangeSetting>()
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
    }

    private static async Task<Results<Ok<ApiList<Setting>>, ApiProblem>> List(
        string stackUid, string uid, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken) =>
        await FindAsync(db, caller, stackUid, uid, AccessLevel.View, cancellationToken) is { } server
            ? SettingEndpoints.PageOf([ToRecord(server)], parameters)
            : ApiProblem.NotFound();

    private static async Task<Results<Ok<ApiResponse<Setting>>, ApiProblem>> Get(
        string stackUid, string uid, string key, Caller caller, AppDb db, CancellationToken cancellationToken) =>
        IsName(key) && await FindAsync(db, caller, stackUid, uid, AccessLevel.View, cancellationToken) is { } server
            ? Api.Ok(ToRecord(server))
            : ApiProblem.NotFound();

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Change(
        string stackUid, string uid, string key, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, TimeProvider time, CancellationToken cancellationToken)
    {
        var name = parameters.Read<ChangeSetting>().Value;
        if (!IsName(key) || await FindAsync(db, caller, stackUid, uid, AccessLevel.Admin, cancellationToken) is not { } server)
            return ApiProblem.NotFound();
        if (!ServerNames.IsValid(name))
            return ApiProblem.BadRequest($"value: {ServerNames.Rule}");
        var others = await db.Servers.Where(other => other.StackId == server.StackId && other.Id != server.Id).Select(other => other.Name).ToListAsync(cancellationToken);
        if (others.Contains(name, StringComparer.OrdinalIgnoreCase))
            return ApiProblem.Conflict($"The stack has a server named {name} already. Choose another name.");
        server.Name = name;
        server.UpdatedAt = time.GetUtcNow();
        var payload = JsonSerializer.Serialize(new Payload(server.Id));
        var action = queue.Add(server.Stack!, Kind, $"{Kind}: {NameKey}", payload, caller.Requester, StackAction.OnServer, server.Id);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(await ActionRecords.StartAsync(queue, db, action, cancellationToken));
    }

    private static bool IsName(string key) => StackSetting.IdOf(key) == StackSetting.IdOf(NameKey);

    private static Task<Servers.Server?> FindAsync(
        AppDb db, Caller caller, string stackUid, string uid, AccessLevel level, CancellationToken cancellationToken) => db.Stacks
        .VisibleTo(caller, level).Where(stack => stack.Uid == stackUid).SelectMany(stack => stack.Servers).Include(server => server.Stack)
        .FirstOrDefaultAsync(server => server.Uid == uid, cancellationToken);

    private static Setting ToRecord(Servers.Server server) => new()
    {
        Id = StackSetting.IdOf(NameKey),
        Key = NameKey,
        Value = JsonValue.Create(server.Name),
        Readonly = false,
        WarningText = "Changing the name also changes the server's host name, and the application starts anew with the changed SERVER_NAME.",
    };
}
