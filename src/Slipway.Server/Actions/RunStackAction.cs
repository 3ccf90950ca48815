using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Containers;
using Slipway.Server.Platform.Work;
using Slipway.Server.Services;
using Slipway.Server.Users;
using Record = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Actions;

/// <summary>The commands that can be given to a stack.</summary>
internal static class RunStackAction
{
    public const string ClearCachesKind = "clear_caches";
    public const string MaintenanceKind = "maintenance_mode";
    public const string RestartKind = "restart";

    public const string CheckKind = "check_servers";

    /// <summary>What the handler of maintenance_mode is told.</summary>
    internal sealed record MaintenancePayload(bool IsOn);

    public static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Handle(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, CancellationToken cancellationToken)
    {
        var request = parameters.Read<RunAction>();
        if (Refuse(request) is { } problem)
            return ApiProblem.BadRequest(problem);
        var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Deploy).FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);
        if (stack is null)
            return ApiProblem.NotFound();
        var payload = "{}";
        if (request.Command is MaintenanceKind)
            payload = JsonSerializer.Serialize(new MaintenancePayload(PlainText.TryReadSwitch(request.Value, out var isOn) && isOn));
        if (request.Command is ServiceEndpoints.RestartKind or ContainerEndpoints.RestartKind)
        {
            if (!await db.Stacks.VisibleTo(caller, AccessLevel.Control).AnyAsync(row => row.Id == stack.Id, cancellationToken))
                return ApiProblem.Forbidden("This needs the access level control on the stack.");
            var (uids, mistake) = await RestartContainers.FindAsync(db, stack, request, cancellationToken);
            if (mistake is not null)
                return ApiProblem.BadRequest(mistake);
            payload = JsonSerializer.Serialize(new ServiceChanges.Payload(uids));
        }
        var action = queue.Add(stack, request.Command, request.Command, payload, caller.Requester, isBeside: request.Command is CheckKind);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(await ActionRecords.StartAsync(queue, db, action, cancellationToken));
    }

    private static string? Refuse(RunAction request) => request.Command switch
    {
        ClearCachesKind or RestartKind or CheckKind => null,
        MaintenanceKind when request.Value is null => "value is missing: 1 to begin with maintenance, 0 to end it.",
        MaintenanceKind => PlainText.TryReadSwitch(request.Value, out _) ? null : "value must be 1 or true to begin with maintenance, 0 or false to end it.",
        ServiceEndpoints.RestartKind when request.ServiceName is null => "service_name is missing: which service is to be restarted?",
        ContainerEndpoints.RestartKind when (request.ContainerId ?? request.Container) is null => "container_id is missing: which container is to be restarted?",
        ServiceEndpoints.RestartKind or ContainerEndpoints.RestartKind => null,
        "promote_slave_db" or "resync_slave_db" when (request.ServerUid ?? request.Server) is null => "server_uid is missing: on which server is the replica?",
        "promote_slave_db" or "resync_slave_db" => $"The server {request.ServerUid ?? request.Server} has no replica of a database: this stack replicates none.",
        _ => $"command must be {ClearCachesKind}, {MaintenanceKind}, {RestartKind}, {CheckKind}, {ServiceEndpoints.RestartKind} or {ContainerEndpoints.RestartKind}, not '{request.Command}'.",
    };
}
