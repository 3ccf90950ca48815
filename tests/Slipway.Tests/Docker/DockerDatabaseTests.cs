using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Stacks;
using Slipway.Tests.Git;
using Slipway.Tests.Support;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

/// <summary>Databases that services.yml names, from the repository to the machine: a real git host, a machine without a network.</summary>
public sealed class DockerDatabaseTests : IAsyncDisposable
{
    private const string Address = "192.0.2.1";
    private const string Services = "production:\n  services:\n    web: {image: shop}\n";

    private readonly SlipwayApp _app = new() { Settings = { ["Slipway:Outbound:AllowedNetworks:0"] = "127.0.0.0/8" } };
    private readonly GitHost _git = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _git.DisposeAsync();
    }

    [Fact]
    public async Task Databases_FollowTheDefinition_AndNoneIsTakenAway()
    {
        var (owner, uid) = await GivenStackAsync("databases: [postgresql, redis]");
        Assert.Equal(["docker", "postgresql", "redis"], (await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response.Single().ServerRoles.Take(3));
        Assert.Equal(["postgresql", "redis"], (await owner.Api.Stacks.GetAnalysisAsync(uid, Cancel)).Databases);

        Assert.Equal("", await DeployAsync(owner, uid));
        Assert.Equal(
            [("postgresql", false, 5432), ("redis", false, 6380)],
            (await owner.Api.Databases.ListAsync(uid, Cancel)).Response.Select(database => (database.Kind, database.External, database.Port)));
        var (variables, files) = (await VariablesAsync(uid), _app.Machines.Of(Address).Files);
        // Not loopback, which is a container's own.
        Assert.Equal("10.1.1.1", variables["POSTGRESQL_ADDRESS_INT"]);
        Assert.Equal($"redis://my_app:{variables["REDIS_PASSWORD"]}@10.1.1.1:6380/0", variables["REDIS_URL"]);
        Assert.Contains("bind 127.0.0.1 10.1.1.1\n", files[RedisConfig.Path("my_app")], StringComparison.Ordinal);
        Assert.Contains("host \"my_app\" \"my_app\" 172.18.0.0/16 scram-sha-256", files["/etc/slipway/shared/postgresql/my_app"], StringComparison.Ordinal);

        Assert.Contains($"\nREDIS_URL={variables["REDIS_URL"]}\n", files.Single(file => file.Key.EndsWith("/web", StringComparison.Ordinal)).Value, StringComparison.Ordinal);

        await CommitAsync("databases: [postgresql, memcached]");
        Assert.Equal("", await DeployAsync(owner, uid));
        Assert.Equal(["postgresql", "redis", "memcached"], (await owner.Api.Databases.ListAsync(uid, Cancel)).Response.Select(database => database.Kind));
        Assert.Equal(variables["REDIS_URL"], (await VariablesAsync(uid))["REDIS_URL"]);
        Assert.Equal("10.1.1.1", (await VariablesAsync(uid))["MEMCACHED_ADDRESS_INT"]);
        Assert.Contains("IPAddressAllow=localhost 10.1.1.1 172.18.0.0/16\n", files[StackPaths.UnitFile(MemcachedUnit.Name("my_app"))], StringComparison.Ordinal);
        var lines = await _app.InDatabaseAsync(db => db.LogLines.AsNoTracking().OrderBy(line => line.Id).ToListAsync(Cancel));
        Assert.Contains(lines, line => line.Severity == "warning" && line.Text.StartsWith(".cloud66/services.yml does not name redis among its databases. It stays here", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Text == "memcached will be here, as .cloud66/services.yml asks for.");
    }

    [Fact]
    public async Task DatabaseThatIsNotInstalled_StopsTheDeployment_UntilThereIsAnExternalOne()
    {
        var (owner, uid) = await GivenStackAsync("databases:\n    - rabbitmq");

        const string Message = ".cloud66/services.yml, line 5: databases names rabbitmq, which Slipway does not install. Add one that runs elsewhere";
        Assert.StartsWith(Message, Assert.Single((await owner.Api.Stacks.GetAnalysisAsync(uid, Cancel)).Notes, note => note.Contains("rabbitmq", StringComparison.Ordinal)));
        Assert.Contains(Message, await DeployAsync(owner, uid), StringComparison.Ordinal);
        Assert.DoesNotContain(_app.Machines.Of(Address).Programs, program => program.Contains("apt-get", StringComparison.Ordinal));

        await owner.Api.Databases.AddAsync(uid, new() { Kind = "rabbitmq", Address = "mq.example.com", Username = "shop", Password = "p w", DatabaseName = "/shop" }, Cancel);
        Assert.Equal("", await DeployAsync(owner, uid));
        Assert.Equal("amqp://shop:p%20w@mq.example.com:5672/%2Fshop", (await VariablesAsync(uid))["RABBITMQ_URL"]);
    }

    [Fact]
    public async Task ExternalDatabase_IsNotOnAContainersOwnLoopback()
    {
        var (owner, uid) = await GivenStackAsync("");
        foreach (var address in new[] { "localhost", "127.0.0.1" })
        {
            var refused = await Assert.ThrowsAsync<Contracts.Http.SlipwayApiException>(() => owner.Api.Databases.AddAsync(uid, new() { Kind = "mysql", Address = address }, Cancel));
            Assert.StartsWith($"address {address} leads a container to itself.", refused.Message, StringComparison.Ordinal);
        }
    }

    private async Task<(Person Owner, string Uid)> GivenStackAsync(string databases)
    {
        await _git.CreateAsync("app.git");
        await CommitAsync(databases);
        await _git.StartAsync();
        var machine = _app.Machines.Add(Address);
        machine.Answers[Line(DockerQueries.Network(new("my_app")))] = "172.18.0.0/16 172.18.0.1\n";
        machine.Answers[Line(DockerCommands.ShowLiveRestore)] = "true";
        machine.Answers[Line(PostgresCommands.ListClusters)] = "15 main 5432 online postgres /var/lib/postgresql/15/main /var/log/postgresql.log";
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.Api.Stacks.CreateAsync(new() { Name = "My app", Git = _git.UrlOf("app.git"), Servers = [new() { Address = Address }] }, Cancel)).Stack.Uid;
        await _app.WorkAsync(uid);
        return (owner, uid);
    }

    private Task CommitAsync(string databases) => _git.CommitAsync("app.git", "Services", (".cloud66/services.yml", $"{Services}  {databases}\n"));

    private async Task<string> DeployAsync(Person owner, string uid)
    {
        var reply = await owner.Api.Deployments.RedeployAsync(uid, "", Cancel);
        await _app.WorkAsync(uid);
        return (await owner.Api.Deployments.GetAsync(uid, reply.DeploymentId, Cancel)).Message ?? "";
    }

    private Task<Dictionary<string, string>> VariablesAsync(string uid) => _app.InDatabaseAsync(db => db.EnvironmentVariables.AsNoTracking()
        .Where(row => row.Stack!.Uid == uid).ToDictionaryAsync(row => row.Key, row => row.Value.Reveal(), Cancel));
}
