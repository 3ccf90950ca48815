using Slipway.Engine;
using Slipway.Engine.Stacks;
using Slipway.Rig;

namespace Slipway.SystemTests.Provisioning;

public sealed class SharedMachineTests(Testbed testbed)
{
    [Fact]
    public async Task Provision_KeepsTwoStacksOfAMachineApart_AndTheirDataOverARestart()
    {
        await using var fleet = await Fleet.StartAsync(testbed, 1);
        var (shop, blog) = (Stack(fleet, "shop", 6380), Stack(fleet, "blog", 6381));

        await fleet.ProvisionAsync(shop);
        await ExecAsync(fleet, Sql("shop", "shop", "create table kept as select 42 as answer"));
        await Task.WhenAll(fleet.ProvisionAsync(shop), fleet.ProvisionAsync(blog));

        Assert.Equal("42", await ExecAsync(fleet, Sql("shop", "shop", "select answer from kept")));
        Assert.Equal("UTF8", await ExecAsync(fleet, Sql("blog", "blog", "show server_encoding")));
        Assert.Contains("permission denied", await ExecAsync(fleet, Sql("blog", "shop", "select 1")), StringComparison.Ordinal);
        Assert.Equal("OK", await ExecAsync(fleet, Redis("shop", 6380, "set", "key", "shop's")));
        Assert.Equal("", await ExecAsync(fleet, Redis("blog", 6381, "get", "key")));
        Assert.Contains("WRONGPASS", await ExecAsync(fleet, Redis("blog", 6380, "get", "key")), StringComparison.Ordinal);
        Assert.Contains("NOPERM", await ExecAsync(fleet, Redis("shop", 6380, "config", "get", "dir")), StringComparison.Ordinal);
        Assert.Equal(
            "Permission denied", (await ExecAsync(fleet, ["runuser", "-u", "sw-blog", "--", "ls", "/var/deploy/shop/web_head"])).Split(": ")[^1]);

        await fleet.Machines[0].RebootAsync();
        var again = await fleet.ProvisionAsync(shop);

        Assert.DoesNotContain(again.Lines, line => line.Contains("Installing", StringComparison.Ordinal));
        Assert.Equal("42", await ExecAsync(fleet, Sql("shop", "shop", "select answer from kept")));
        Assert.Equal("shop's", await ExecAsync(fleet, Redis("shop", 6380, "get", "key")));
    }

    private static StackSpec Stack(Fleet fleet, string slug, int redisPort) => Fleet.Stack(
        slug,
        [fleet.Server(0, ServerRoles.Web)],
        [
            new() { Kind = DatabaseKinds.PostgreSql, ServerUid = "uid-0", Username = slug, Password = new Secret(slug), Database = slug },
            new() { Kind = DatabaseKinds.Redis, ServerUid = "uid-0", Username = slug, Password = new Secret(slug), Port = redisPort },
        ]);

    private static string[] Sql(string user, string database, string statement) =>
        ["env", $"PGPASSWORD={user}", "psql", "-qAtX", "-h", "127.0.0.1", "-U", user, "-d", database, "-c", statement];

    private static string[] Redis(string user, int port, params string[] command) =>
        ["env", $"REDISCLI_AUTH={user}", "redis-cli", "-p", $"{port}", "--user", user, .. command];

    private static Task<string> ExecAsync(Fleet fleet, string[] program) =>
        fleet.Machines[0].ExecAsync(["sh", "-c", "\"$@\" 2>&1 || true", "sh", .. program]);
}
