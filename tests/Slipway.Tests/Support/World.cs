using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Engine.Commands.Docker;
using Slipway.Server.Platform.Auth;

namespace Slipway.Tests.Support;

/// <summary>An account with one of everything, and the ids of it by the routes that they stand in.</summary>
internal sealed class World
{
    /// <summary>Enough for every route to get past its parameters.</summary>
    public static readonly JsonObject Parameters = new()
    {
        ["key"] = "ADDED",
        ["value"] = "1",
        ["address"] = "192.0.2.2",
        ["command"] = "restart",
        ["name"] = "Another",
        ["git"] = "https://git.example.com/owner/another.git",
        ["scopes"] = "public",
        ["redirect_uris"] = new JsonArray("https://app.example.com/callback"),
        ["device_type"] = 1,
        ["sub_type"] = 1,
        ["token"] = "another",
        ["email"] = "invited@example.com",
        ["host_key"] = "SHA256:" + new string('A', 43),
        ["process_name"] = "worker",
        ["service_name"] = "web",
        ["server_count"] = new JsonObject { ["uid"] = 2 },
        ["kind"] = "redis",
    };

    private readonly Dictionary<string, string> _values = [];

    private World(Person owner, string stackUid) => (Owner, StackUid) = (owner, stackUid);

    public Person Owner { get; }

    public string StackUid { get; }

    /// <summary>The token of the link to an invitation.</summary>
    public string InvitationToken { get; init; } = "";

    /// <summary>What the files in requests/ leave to whoever tries them.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["host"] = "",
        ["token"] = Owner.Token,
        ["address"] = "192.0.2.2",
        ["stack"] = StackUid,
        ["action"] = _values["/stacks/{}/actions/{id:int}"],
        ["deployment"] = _values["/stacks/{}/deployments/{id:int}"],
        ["group"] = _values["/stacks/{}/server_groups/{id:int}"],
        ["server"] = _values["/stacks/{}/servers/{uid}"],
        ["service"] = _values["/stacks/{}/services/{name}"],
        ["container"] = _values["/stacks/{}/containers/{uid}"],
        ["account"] = _values["/accounts/{accountId:int}"],
        ["member"] = _values["/accounts/{}/members/{userId:int}"],
        ["invitation"] = _values["/accounts/{}/invitations/{id:int}"],
        ["link"] = InvitationToken,
        ["device"] = _values["/users/{}/devices/{device}"],
        ["setting"] = _values["/stacks/{}/settings/{key}"],
        ["server_setting"] = _values["/stacks/{}/servers/{}/settings/{key}"],
        ["process"] = _values["/stacks/{}/processes/{name}"],
        ["database"] = _values["/stacks/{}/databases/{id:int}"],
        ["user"] = _values["/users/{id:int}"],
        ["spare"] = _values["/tokens/{id:int}"],
        ["application"] = _values["/applications/{id:int}"],
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<World> CreateAsync(SlipwayApp app)
    {
        app.Machines.Add("192.0.2.1").Answers[string.Join(' ', DockerQueries.Container(new('c', 64)))] = """[{"Id":"c","State":{},"Config":{}}]""";
        app.Machines.Add("192.0.2.2");
        var owner = await app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        await app.ChangeAsync(db => Given.AnalysisAsync(db, stack.Uid));
        var server = await owner.Api.Servers.AddAsync(stack.Uid, new() { Address = "192.0.2.1" }, Cancel);
        await app.ChangeAsync(db => Given.DockerAsync(db, stack.Uid));
        var container = await app.InDatabaseAsync(db => Given.ContainerAsync(db, server.Uid));
        await owner.Api.Environments.AddAsync(stack.Uid, "COLOUR", "red", Cancel);
        await owner.Api.Databases.AddAsync(stack.Uid, new() { Kind = "mongodb", Address = "db.example.com" }, Cancel);
        var database = (await owner.Api.Databases.ListAsync(stack.Uid, Cancel)).Response[0];
        var deployment = await owner.Api.Deployments.RedeployAsync(stack.Uid, cancellationToken: Cancel);
        await app.ChangeAsync(async db =>
        {
            Given.Step(db, deployment.AsyncActionId, 1, "done");
            Given.Line(db, deployment.AsyncActionId, "a line", (await db.Actions.FirstAsync(Cancel)).CreatedAt);
        });
        var token = await owner.Api.Tokens.CreateAsync("Spare", "public", Cancel);
        var application = await owner.Api.Applications.RegisterAsync(new("Harbour bot", ["https://app.example.com/callback"]), Cancel);
        await app.ChangeAsync(db => Given.AuthorizationAsync(db, owner.Id, application.Id));
        var group = (await owner.Api.ServerGroups.ListAsync(stack.Uid, 1, Cancel)).Response[0];
        var account = (await owner.Api.Accounts.ListAsync(1, Cancel)).Response[0];
        var member = await app.GivenMemberAsync(Slipway.Server.Users.AccessLevel.View, "colleague@example.com");
        await owner.Api.Members.SetRightAsync(account.Id, member.Id, stack.Uid, 20, Cancel);
        var invited = await owner.Api.Members.InviteAsync(account.Id, new() { Email = "waiting@example.com" }, Cancel);
        await owner.Api.Users.AddDeviceAsync(owner.Id, new("device-token", 1, 1), Cancel);
        return new(owner, stack.Uid)
        {
            InvitationToken = invited.Url.Split("token=")[1],
            _values =
            {
                ["/stacks/{stackUid}"] = stack.Uid,
                ["/stacks/{}/actions/{id:int}"] = $"{deployment.AsyncActionId}",
                ["/stacks/{}/deployments/{id:int}"] = $"{deployment.DeploymentId}",
                ["/stacks/{}/environments/{idOrKey}"] = "COLOUR",
                ["/stacks/{}/server_groups/{id:int}"] = $"{group.Id}",
                ["/stacks/{}/servers/{uid}"] = server.Uid,
                ["/accounts/{accountId:int}"] = $"{account.Id}",
                ["/accounts/{}/members/{userId:int}"] = $"{member.Id}",
                ["/accounts/{}/members/{}/access_rights/{stack}"] = stack.Uid,
                ["/accounts/{}/invitations/{id:int}"] = $"{invited.Invitation.Id}",
                ["/users/{}/devices/{device}"] = "device-token",
                ["/stacks/{}/settings/{key}"] = "git-branch",
                ["/stacks/{}/servers/{}/settings/{key}"] = "server-name",
                ["/stacks/{}/processes/{name}"] = "worker",
                ["/stacks/{}/services/{name}"] = "web",
                ["/stacks/{}/containers/{uid}"] = container,
                ["/stacks/{}/databases/{id:int}"] = $"{database.Id}",
                ["/users/{id:int}"] = $"{owner.Id}",
                ["/tokens/{id:int}"] = $"{token.Id}",
                ["/applications/{id:int}"] = $"{application.Id}",
                ["/authorized_applications/{id:int}"] = $"{application.Id}",
            },
        };
    }

    /// <summary>All routes of the API, each with its verb in front: <c>GET /stacks/{stackUid}</c>.</summary>
    public static IReadOnlyList<ApiRoute> Routes(SlipwayApp app) =>
    [
        .. from route in app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           let path = "/" + route.RoutePattern.RawText!.TrimStart('/')
           where path.StartsWith(ApiRoute.Root, StringComparison.Ordinal)
           from method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
           select new ApiRoute(route, method, path[ApiRoute.Root.Length..].TrimEnd('/')),
    ];

    /// <summary>The route's address with this account's ids in it, or with ids of somebody else's where <paramref name="foreign"/> has the stack.</summary>
    public string Path(ApiRoute route, string? stackUid = null)
    {
        var (walked, filled) = ("", ApiRoute.Root);
        foreach (var segment in route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var isValue = segment.StartsWith('{');
            filled += "/" + (isValue ? Value($"{walked}/{segment}", route, stackUid) : segment);
            walked += "/" + (isValue ? "{}" : segment);
        }
        return filled;
    }

    private string Value(string place, ApiRoute route, string? stackUid) => place == "/stacks/{stackUid}"
        ? stackUid ?? StackUid
        : _values.TryGetValue(place, out var value)
            ? value
            : throw new InvalidOperationException($"{nameof(World)} has nothing for {place} of {route}; make one in {nameof(CreateAsync)}.");
}

/// <summary>A route of the API with one of its verbs.</summary>
internal sealed record ApiRoute(RouteEndpoint Endpoint, string Method, string Path)
{
    public const string Root = "/api/3";

    public bool IsOpen => Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    public IEnumerable<string?> Policies => Endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy);

    public bool IsScoped => Policies.Any(policy => policy is not (null or Scopes.Public));

    /// <summary>The path with its values unnamed, to be compared with other descriptions of the API.</summary>
    public string Shape => string.Join('/', Path.Split('/').Select(segment => segment.StartsWith('{') ? "{}" : segment));

    public override string ToString() => $"{Method} {Path}";
}
