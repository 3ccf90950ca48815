using System.Net.ServerSentEvents;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Contracts.Containers;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;

namespace Slipway.Server.Containers.Logs;

internal static partial class ContainerLogEndpoints
{
    private const int MostLines = 10_000;

    public static void MapContainerLogs(this IEndpointRouteBuilder api)
    {
        var logs = api.MapGroup("/stacks/{stackUid}").WithTags("logs").RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Control);
        logs.MapGet("/containers/{uid}/log", ListOfContainer).WithSummary("Lists the newest lines that a container printed").TakesLogQuery();
        logs.MapGet("/services/{name}/log", ListOfService).WithSummary("Lists the newest lines of a service, over all servers and merged by time").TakesLogQuery();
        logs.MapGet("/containers/{uid}/log/events", FollowContainer).WithSummary("Follows what a container prints, as server-sent events")
            .TakesLogQuery().DisableRequestTimeout();
        logs.MapGet("/services/{name}/log/events", FollowService).WithSummary("Follows what a service prints, as server-sent events over all servers")
            .TakesLogQuery().DisableRequestTimeout();
    }

    private static RouteHandlerBuilder TakesLogQuery(this RouteHandlerBuilder route) => route
        .Takes("tail", typeof(int?), $"How many lines of those that are there, the newest; 0 to {MostLines}, by default {ContainersClient.UsualTail}.")
        .Takes("since", typeof(DateTimeOffset?), "Only lines after this time.");

    private static Task<Results<Ok<ApiList<ContainerLogLine>>, ApiProblem>> ListOfContainer(
        string stackUid, string uid, ApiParameters parameters, ContainerLogs logs, CancellationToken cancellationToken) =>
        ListAsync(logs, stackUid, new(uid, null), parameters, cancellationToken);

    private static Task<Results<Ok<ApiList<ContainerLogLine>>, ApiProblem>> ListOfService(
        string stackUid, string name, ApiParameters parameters, ContainerLogs logs, CancellationToken cancellationToken) =>
        ListAsync(logs, stackUid, new(null, name), parameters, cancellationToken);

    private static Task<Results<ServerSentEventsResult<string>, ApiProblem>> FollowContainer(
        string stackUid, string uid, HttpContext http, ApiParameters parameters, Caller caller, ContainerLogs logs, LastingAccess access, CancellationToken cancellationToken) =>
        FollowAsync(logs, stackUid, new(uid, null), http.Request, parameters, MayGoOn(access, http, caller, stackUid), cancellationToken);

    private static Task<Results<ServerSentEventsResult<string>, ApiProblem>> FollowService(
        string stackUid, string name, HttpContext http, ApiParameters parameters, Caller caller, ContainerLogs logs, LastingAccess access, CancellationToken cancellationToken) =>
        FollowAsync(logs, stackUid, new(null, name), http.Request, parameters, MayGoOn(access, http, caller, stackUid), cancellationToken);

    private static Func<CancellationToken, Task<bool>> MayGoOn(LastingAccess access, HttpContext http, Caller caller, string stackUid)
    {
        LastingVisit? visit = null;
        return async token =>
        {
            visit ??= await access.BeginAsync(http, caller, stackUid, AccessLevel.Control, Scopes.Admin, token);
            return await access.FindObstacleAsync(visit, token) is null;
        };
    }

    private static async Task<Results<Ok<ApiList<ContainerLogLine>>, ApiProblem>> ListAsync(
        ContainerLogs logs, string stackUid, LogSubject subject, ApiParameters parameters, CancellationToken cancellationToken)
    {
        var (tail, since, page) = (Tail(parameters), Since(parameters), parameters.Page(MostLines, MostLines));
        if (await logs.FindAsync(stackUid, subject, cancellationToken) is not { } targets)
            return ApiProblem.NotFound();
        var lines = await logs.ReadAsync(targets, since, tail, cancellationToken);
        return Api.List([.. lines.Skip(page.Skip).Take(page.Size)], page, lines.Count);
    }

    private static async Task<Results<ServerSentEventsResult<string>, ApiProblem>> FollowAsync(
        ContainerLogs logs, string stackUid, LogSubject subject, HttpRequest request, ApiParameters parameters, Func<CancellationToken, Task<bool>> isAllowed,
        CancellationToken cancellationToken)
    {
        var (tail, since) = (Tail(parameters), Since(parameters));
        // A reader that was cut off goes on behind the last line that it has seen, however many came since.
        if (LineTime().IsMatch(request.Headers["Last-Event-ID"].ToString()))
            (tail, since) = (MostLines, request.Headers["Last-Event-ID"].ToString());
        return await logs.FindAsync(stackUid, subject, cancellationToken) is null
            ? ApiProblem.NotFound()
            : Api.Events(logs.FollowAsync(stackUid, subject, since, tail, isAllowed, cancellationToken), logs.Time, cancellationToken);
    }

    private static int Tail(ApiParameters parameters) => (int)parameters.Whole("tail", ContainersClient.UsualTail, 0, MostLines);

    private static string? Since(ApiParameters parameters) =>
        parameters.Time("since") is { } time ? LogTarget.TextOf(time) : null;

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z\z")]
    private static partial Regex LineTime();
}
