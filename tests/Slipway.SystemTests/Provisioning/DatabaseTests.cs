using Slipway.Engine;
using Slipway.Engine.Stacks;
using Slipway.Rig;

namespace Slipway.SystemTests.Provisioning;

public sealed class DatabaseTests(Testbed testbed)
{
    private const int Web = 0;
    private const int Data = 1;
    private const int Stranger = 2;
    private const string Password = """it's "b\ad" $HOME `x` %s;--""";

    [Fact]
    public async Task Provision_LetsTheWebServerIn_AndNobodyElse()
    {
        // Who asks has the databases' clients already; what is asked is installed.
        await using var fleet = await Fleet.StartAsync(testbed, 3, Web, Stranger);
        var stack = Shop(fleet);

        await fleet.ProvisionAsync(stack);

        foreach (var probe in Probes(fleet.Machines[Data].Address, Password))
            Assert.Equal("yes", await AskAsync(fleet, Web, probe));
        foreach (var probe in Probes(fleet.Machines[Data].Address, Password, seconds: 3))
            Assert.NotEqual("yes", await AskAsync(fleet, Stranger, probe));
        Assert.StartsWith("VERSION", await AskAsync(fleet, Web, AskMemcached(fleet.Machines[Data].Address)), StringComparison.Ordinal);
        Assert.Equal("", await AskAsync(fleet, Stranger, AskMemcached(fleet.Machines[Data].Address, seconds: 3)));
        foreach (var probe in Probes(fleet.Machines[Data].Address, "wrong"))
            Assert.NotEqual("yes", await AskAsync(fleet, Web, probe));

        var again = await fleet.ProvisionAsync(stack);
        Assert.DoesNotContain(again.Lines, line => !line.EndsWith("All packages are there.", StringComparison.Ordinal)
            && !line.EndsWith("Everything is as wanted.", StringComparison.Ordinal));
    }

    private static StackSpec Shop(Fleet fleet) => Fleet.Stack(
        "shop",
        [fleet.Server(Web, ServerRoles.Web), fleet.Server(Data, DatabaseKinds.PostgreSql, DatabaseKinds.MySql, DatabaseKinds.Redis, DatabaseKinds.Memcached)],
        [Database(DatabaseKinds.PostgreSql, "shop"), Database(DatabaseKinds.MySql, "shop"), Database(DatabaseKinds.Redis, "shop"),
         Database(DatabaseKinds.Memcached, "")]);

    private static DatabaseSpec Database(string kind, string name) => new()
    {
        Kind = kind,
        ServerUid = $"uid-{Data}",
        Username = name,
        Password = new Secret(Password),
        Database = name,
    };

    private static IEnumerable<string[]> Probes(string address, string password, int seconds = 60) =>
    [
        ["env", $"PGPASSWORD={password}", $"PGCONNECT_TIMEOUT={seconds}", "psql", "-h", address, "-U", "shop", "-d", "shop", "-Atc", "create table if not exists t (a int); select 'yes'"],
        ["env", $"MYSQL_PWD={password}", "mariadb", $"--connect-timeout={seconds}", "-h", address, "-u", "shop", "-D", "shop", "-BNe", "create table if not exists t (a int); select 'yes'"],
        ["env", $"REDISCLI_AUTH={password}", "timeout", $"{seconds}", "redis-cli", "-h", address, "-p", "6380", "--user", "shop", "eval", "redis.call('set','a','b') return 'yes'", "0"],
    ];

    private static string[] AskMemcached(string address, int seconds = 60) =>
        ["timeout", $"{seconds}", "perl", "-MIO::Socket::INET", "-e", "my $s = IO::Socket::INET->new(shift) or exit; print $s \"version\\r\\n\"; print scalar <$s>", $"{address}:11212"];

    private static async Task<string> AskAsync(Fleet fleet, int machine, string[] probe)
    {
        var answer = await fleet.Machines[machine].ExecAsync(["sh", "-c", "\"$@\" 2>&1 || true", "sh", .. probe]);
        return answer.Split('\n')[^1];
    }
}
