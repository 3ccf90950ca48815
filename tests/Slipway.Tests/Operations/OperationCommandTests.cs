using Slipway.Engine.Commands;
using Slipway.Engine.Stacks;

namespace Slipway.Tests.Operations;

public sealed class OperationCommandTests
{
    [Fact]
    public void HostName_IsSetAndWritten()
    {
        Assert.Equal(["hostname", "--", "lion"], HostNames.Set("lion"));
        Assert.Equal(["tee", "--output-error=exit", "--", "/etc/hosts"], HostNames.Overwrite(HostNames.HostsPath));
    }

    [Theory]
    [InlineData("127.0.0.1\tlocalhost\n::1 localhost\n", "127.0.0.1\tlocalhost\n127.0.1.1\tlion\n::1 localhost\n")]
    [InlineData("127.0.0.1 localhost\n127.0.1.1 tiger.example.com tiger\n10.0.0.1 db", "127.0.0.1 localhost\n127.0.1.1\tlion\n10.0.0.1 db\n")]
    [InlineData("# nothing\n", "127.0.1.1\tlion\n# nothing\n")]
    public void Hosts_HasOneLineForTheMachine(string hosts, string expected)
    {
        Assert.Equal(expected, HostNames.WithOwnName(hosts, "lion"));
        Assert.Equal(expected, HostNames.WithOwnName(expected, "lion"));
    }

    [Fact]
    public void Units_OfAStack_AreNoOthers()
    {
        Assert.Equal(["systemctl", "stop", "--", "redis-server@shop.servic[e]"], SystemdCommands.StopIfThere("redis-server@shop.service"));
        Assert.Equal("slipway-shop-*@*.service", SystemdCommands.UnitsOfStack("shop"));
        var paths = new StackPaths("shop");
        Assert.Equal("slipway-shop-worker-2@r1.service", paths.ProcessUnit("worker", 2, "r1"));
        Assert.Equal(paths.ProcessUnit("worker", 2, "r1"), paths.UnitOfFile(StackPaths.ProcessFile("worker", 2), "r1"));
    }

    [Fact]
    public void Users_AreRemovedByName()
    {
        Assert.Equal(["userdel", "--", "sw-shop"], UserCommands.Remove("sw-shop"));
        Assert.Equal(["groupdel", "--", "sw-shop"], UserCommands.RemoveGroup("sw-shop"));
    }

    [Fact]
    public void Postgres_ClosesADatabase_AndKeepsItUnlessToldOtherwise()
    {
        const string close = """
            SET standard_conforming_strings = on;
            SELECT 'ALTER ROLE "shop" NOLOGIN PASSWORD NULL' WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop') \gexec
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shop';

            """;
        Assert.Equal(close, PostgresCommands.RemoveDatabase("shop", "shop", withData: false));
        Assert.Equal(
            close + "SET client_min_messages = warning;\nDROP DATABASE IF EXISTS \"shop\";\nDROP ROLE IF EXISTS \"shop\";\n",
            PostgresCommands.RemoveDatabase("shop", "shop", withData: true));
    }

    [Fact]
    public void MySql_RemovesTheUser_AndTheDatabaseOnlyWhenToldSo()
    {
        const string users = "SET SESSION sql_mode = '';\nDROP USER IF EXISTS 'shop'@'localhost';\nDROP USER IF EXISTS 'shop'@'10.0.0.1';\n";
        Assert.Equal(users, MySqlCommands.RemoveDatabase("shop", ["localhost", "10.0.0.1"], "shop", withData: false));
        Assert.Equal(users + "DROP DATABASE IF EXISTS `shop`;\n", MySqlCommands.RemoveDatabase("shop", ["localhost", "10.0.0.1"], "shop", withData: true));
    }
}
