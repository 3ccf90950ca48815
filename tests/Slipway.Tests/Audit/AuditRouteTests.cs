using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Audit;

/// <summary>Calls every route that changes something, once and with success, and looks for the entry about it.</summary>
public sealed class AuditRouteTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// What to send to each route, in an order in which all succeed. <c>{stack}</c> and the like stand for what is there by then. A new route
    /// needs its line here.
    /// </summary>
    private static readonly (string Route, string Path, string Body)[] Calls =
    [
        ("POST /stacks", "/stacks", """{"name":"Another","git":"https://git.example.com/a/c.git"}"""),
        ("POST /stacks/{stackUid}/analysis", "/stacks/{stack}/analysis", "{}"),
        ("PUT /stacks/{stackUid}/service_yaml", "/stacks/{stack}/service_yaml", """{"service_yaml":"services: {web: {image: a}}"}"""),
        ("POST /stacks/{stackUid}/environments", "/stacks/{stack}/environments", """{"key":"A","value":"b"}"""),
        ("PUT /stacks/{stackUid}/environments/{idOrKey}", "/stacks/{stack}/environments/A", """{"value":"c"}"""),
        ("DELETE /stacks/{stackUid}/environments/{idOrKey}", "/stacks/{stack}/environments/A", "{}"),
        ("POST /stacks/{stackUid}/servers", "/stacks/{stack}/servers", """{"address":"192.0.2.1"}"""),
        ("POST /stacks/{stackUid}/deployments", "/stacks/{stack}/deployments", "{}"),
        ("DELETE /stacks/{stackUid}/deployments/{id}", "/stacks/{stack}/deployments/{deployment}", "{}"),
        ("POST /stacks/{stackUid}/deployments/{id}/rollback", "/stacks/{stack}/deployments/{kept}/rollback", "{}"),
        ("POST /stacks/{stackUid}/actions", "/stacks/{stack}/actions", """{"command":"clear_caches"}"""),
        ("DELETE /stacks/{stackUid}/actions/{id}", "/stacks/{stack}/actions/{action}", "{}"),
        ("PUT /stacks/{stackUid}/settings/{key}", "/stacks/{stack}/settings/asset-prefix", """{"value":"static"}"""),
        ("PUT /stacks/{stackUid}/servers/{uid}/settings/{key}", "/stacks/{stack}/servers/{server}/settings/server-name", """{"value":"Tiger"}"""),
        ("PUT /stacks/{stackUid}/servers/{uid}/host_key", "/stacks/{stack}/servers/{server}/host_key", """{"host_key":"{key}"}"""),
        ("POST /stacks/{stackUid}/processes", "/stacks/{stack}/processes", """{"process_name":"worker","server_count":{"{server}":2}}"""),
        ("POST /stacks/{stackUid}/databases", "/stacks/{stack}/databases", """{"kind":"mongodb","address":"db.example.com"}"""),
        ("PUT /stacks/{stackUid}/databases/{id}", "/stacks/{stack}/databases/{database}", """{"address":"db2.example.com"}"""),
        ("DELETE /stacks/{stackUid}/databases/{id}", "/stacks/{stack}/databases/{database}", "{}"),
        ("POST /stacks/{stackUid}/redeploy_hook", "/stacks/{stack}/redeploy_hook", "{}"),
        ("PUT /stacks/{stackUid}/redeploy_hook", "/stacks/{stack}/redeploy_hook", """{"secret":"a secret of the hook"}"""),
        ("POST /stacks/{stackUid}/services", "/stacks/{stack}/services", """{"service_name":"web","server_count":{"{server}":2}}"""),
        ("POST /stacks/{stackUid}/services/{name}/commands", "/stacks/{stack}/services/web/commands", """{"command":"env"}"""),
        ("DELETE /stacks/{stackUid}/services/{name}", "/stacks/{stack}/services/web", "{}"),
        ("DELETE /stacks/{stackUid}/containers/{uid}", "/stacks/{stack}/containers/{container}", "{}"),
        ("DELETE /stacks/{stackUid}/servers/{uid}", "/stacks/{stack}/servers/{server}", "{}"),
        ("PUT /stacks/{stackUid}", "/stacks/{stack}", """{"name":"Renamed app"}"""),
        ("POST /tokens", "/tokens", """{"name":"CI","scopes":"public"}"""),
        ("DELETE /tokens/{id}", "/tokens/{token}", "{}"),
        ("POST /applications", "/applications", """{"name":"Harbour bot","redirect_uris":["https://app.example.com/callback"]}"""),
        ("PUT /applications/{id}", "/applications/{application}", """{"name":"Harbour robot"}"""),
        ("POST /applications/{id}/secret", "/applications/{application}/secret", "{}"),
        ("DELETE /authorized_applications/{id}", "/authorized_applications/{application}", "{}"),
        ("DELETE /applications/{id}", "/applications/{application}", "{}"),
        ("POST /users/{id}/devices", "/users/{member}/devices", """{"token":"abc","device_type":1,"sub_type":1}"""),
        ("PUT /users/{id}/devices", "/users/{member}/devices", """{"token":"abc","device_type":1,"sub_type":2}"""),
        ("PUT /users/{id}/devices/{device}", "/users/{member}/devices/abc", """{"device_type":2}"""),
        ("DELETE /users/{id}/devices/{device}", "/users/{member}/devices/abc", "{}"),
        ("PUT /users/{id}/lock", "/users/{member}/lock", "{}"),
        ("DELETE /users/{id}/lock", "/users/{member}/lock", "{}"),
        ("POST /accounts", "/accounts", """{"name":"Second"}"""),
        ("PUT /accounts/{accountId}", "/accounts/1", """{"name":"Renamed"}"""),
        ("PUT /accounts/{accountId}/members/{userId}", "/accounts/1/members/{member}", """{"can_create_stack":true}"""),
        ("PUT /accounts/{accountId}/members/{userId}/access_rights/{stack}", "/accounts/1/members/{member}/access_rights/{stack}", """{"level":20}"""),
        ("DELETE /accounts/{accountId}/members/{userId}/access_rights/{stack}", "/accounts/1/members/{member}/access_rights/{stack}", "{}"),
        ("POST /accounts/{accountId}/invitations", "/accounts/1/invitations", """{"email":"new@example.com"}"""),
        ("DELETE /accounts/{accountId}/invitations/{id}", "/accounts/1/invitations/1", "{}"),
        ("DELETE /accounts/{accountId}/members/{userId}", "/accounts/1/members/{member}", "{}"),
        ("DELETE /stacks/{stackUid}", "/stacks/{stack}", "{}"),
        ("POST /accounts/{accountId}/owner", "/accounts/1/owner", """{"user_id":{heir}}"""),
    ];

    /// <summary>For who is not signed in: <see cref="Arrivals_LeaveEntries"/>.</summary>
    private static readonly string[] Arrivals = ["POST /setup", "POST /invitation"];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public void EveryRouteThatChanges_IsCalledHere()
    {
        var routes = from route in _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                     let text = "/" + route.RoutePattern.RawText!.Trim('/').Replace(":int}", "}", StringComparison.Ordinal)
                     where text.StartsWith("/api/3/", StringComparison.Ordinal)
                     from method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
                     where method is "POST" or "PUT" or "PATCH" or "DELETE"
                     select $"{method} {text["/api/3".Length..]}";
        var known = Calls.Select(call => call.Route).Concat(Arrivals);
        Assert.Empty(routes.Distinct().Except(known));
    }

    [Fact]
    public async Task EveryChange_LeavesAnEntry_ThatNamesTheRoute()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        var heir = await _app.GivenMemberAsync(AccessLevel.View, "heir@example.com");
        var machine = _app.Machines.Add("192.0.2.1");
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, stack.Uid));
        var values = new Dictionary<string, string> { ["stack"] = stack.Uid, ["member"] = Text(member.Id), ["heir"] = Text(heir.Id), ["key"] = machine.HostKey };
        foreach (var (route, path, body) in Calls)
        {
            await PrepareAsync(route, stack.Uid, values);
            var before = await CountAsync(route);
            using var content = new StringContent(Fill(body, values));
            var (status, answer) = await owner.SendAsync(new(route.Split(' ')[0]), "/api/3" + Fill(path, values), content);
            Assert.True((int)status == 200, $"{route} answered {status}: {answer["details"]}");
            Assert.True(await CountAsync(route) > before, $"{route} left no entry.");
        }
    }

    [Fact]
    public async Task Arrivals_LeaveEntries()
    {
        var owner = await _app.GivenOwnerAsync();
        var invited = await owner.Api.Members.InviteAsync(1, new() { Email = "new@example.com" }, Cancel);
        await new Contracts.SlipwayClient(_app.Http()).Members.AcceptAsync(new(invited.Url.Split("token=")[1], SlipwayApp.Password), Cancel);

        foreach (var route in Arrivals)
            Assert.NotEqual(0, await CountAsync(route));
    }

    // What the calls before have made, or could not make because no work is done in these tests.
    private async Task PrepareAsync(string route, string stackUid, Dictionary<string, string> values)
    {
        switch (route)
        {
            case "DELETE /stacks/{stackUid}/deployments/{id}":
                values["deployment"] = Text(await _app.InDatabaseAsync(db => db.Deployments.MaxAsync(row => row.Id, Cancel)));
                break;
            case "POST /stacks/{stackUid}/deployments/{id}/rollback":
                var id = await _app.InDatabaseAsync(db => db.Deployments.MinAsync(row => row.Id, Cancel));
                await _app.ChangeAsync(db => Given.DeploymentEndAsync(db, id, Slipway.Server.Deployments.DeploymentOutcome.Success, isLive: false));
                values["kept"] = Text(id);
                break;
            case "DELETE /stacks/{stackUid}/actions/{id}":
                values["action"] = Text(await _app.InDatabaseAsync(db => db.Actions.MaxAsync(row => row.Id, Cancel)));
                break;
            case "POST /stacks/{stackUid}/services/{name}/commands":
                await _app.ChangeAsync(db => Given.DockerReleaseAsync(db, int.Parse(values["kept"], CultureInfo.InvariantCulture)));
                break;
            case "PUT /stacks/{stackUid}/servers/{uid}/settings/{key}":
                values["server"] = await _app.InDatabaseAsync(db => db.Servers.Where(row => row.Stack!.Uid == stackUid).Select(row => row.Uid).FirstAsync(Cancel));
                break;
            case "POST /stacks/{stackUid}/services":
                await _app.ChangeAsync(db => Given.DockerAsync(db, stackUid));
                values["container"] = await _app.InDatabaseAsync(db => Given.ContainerAsync(db, values["server"]));
                break;
            case "PUT /stacks/{stackUid}/databases/{id}":
                values["database"] = Text(await _app.InDatabaseAsync(db => db.StackDatabases.MaxAsync(row => row.Id, Cancel)));
                break;
            case "DELETE /stacks/{stackUid}/servers/{uid}" or "DELETE /stacks/{stackUid}":
                await _app.ChangeAsync(Given.FinishActionsAsync);
                break;
            case "PUT /applications/{id}":
                values["application"] = Text(await _app.InDatabaseAsync(db => db.Applications.MaxAsync(row => row.Id, Cancel)));
                break;
            case "DELETE /authorized_applications/{id}":
                await _app.ChangeAsync(db => Given.AuthorizationAsync(db, userId: 1, int.Parse(values["application"], CultureInfo.InvariantCulture)));
                break;
            case "DELETE /tokens/{id}":
                values["token"] = Text(await _app.InDatabaseAsync(db => db.AccessTokens.MaxAsync(row => row.Id, Cancel)));
                break;
        }
    }

    private Task<int> CountAsync(string route) => _app.InDatabaseAsync(db => db.AuditEntries.CountAsync(entry => entry.Operation == route, Cancel));

    private static string Fill(string text, Dictionary<string, string> values) =>
        values.Aggregate(text, (filled, pair) => filled.Replace($"{{{pair.Key}}}", pair.Value, StringComparison.Ordinal));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
