using System.Text;
using Slipway.Engine;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Tests.Provisioning;

public sealed class ProvisionPlanTests
{
    private static readonly Provisioner Provisioner = new(new EngineTimeouts(), TimeProvider.System);

    [Fact]
    public void Plan_InstallsOnlyWhatAServerIsFor()
    {
        var stack = Specs.Stack(
            [Specs.Server(1, ServerRoles.Web), Specs.Server(2, DatabaseKinds.PostgreSql, DatabaseKinds.Redis)],
            Specs.Database(DatabaseKinds.PostgreSql, 2), Specs.Database(DatabaseKinds.Redis, 2)) with { SystemPackages = ["puma"] };

        Assert.Equal(["bundler", "git", "logrotate", "nginx", "puma", "ruby"], Provisioner.Plan(stack, stack.Servers[0]).Packages);
        Assert.Equal(["postgresql", "redis-server"], Provisioner.Plan(stack, stack.Servers[1]).Packages);
    }

    [Theory]
    [InlineData(false, "puma", false)]
    [InlineData(true, "puma", true)]
    [InlineData(false, "libpq-dev", true)]
    public void Plan_BringsACompilerOnlyWhereGemsAreCompiled(bool needsCompiler, string package, bool expected)
    {
        var stack = Specs.Stack([Specs.Server(1, ServerRoles.Web)]) with { NeedsCompiler = needsCompiler, SystemPackages = [package] };
        Assert.Equal(expected, Provisioner.Plan(stack, stack.Servers[0]).Packages.Contains("build-essential"));
    }

    [Fact]
    public void Plan_BuildsRubyInPlaceOfTheDistributions()
    {
        var stack = Specs.Stack([Specs.Server(1, ServerRoles.Web)]) with
        {
            RubySource = new RubySource("3.3.5", new Uri("https://example.test/ruby.tar.gz"), new string('a', 64)),
        };
        var packages = Provisioner.Plan(stack, stack.Servers[0]).Packages;
        Assert.DoesNotContain("ruby", packages);
        Assert.Contains("libssl-dev", packages);
    }

    [Fact]
    public void Plan_InstallsNothingForExternalDatabases()
    {
        var external = new DatabaseSpec { Kind = DatabaseKinds.PostgreSql, Address = "db.example.test" };
        var alone = Specs.Stack([Specs.Server(1, ServerRoles.Web)]);
        var stack = alone with { Databases = [external] };
        Assert.Equal(Provisioner.Digest(alone, alone.Servers[0]), Provisioner.Digest(stack, stack.Servers[0]));
    }

    [Fact]
    public void Digest_ChangesWithEverythingThatMatters_AndNothingElse()
    {
        var stack = Specs.Stack([Specs.Server(1, ServerRoles.Web), Specs.Server(2)], Specs.Database(DatabaseKinds.PostgreSql, 2), Specs.Database(DatabaseKinds.Redis, 2));
        string Digest(StackSpec other) => Provisioner.Digest(other, other.Servers[1]);
        var other = Specs.Database(DatabaseKinds.PostgreSql, 2) with { Password = new Secret("another") };
        StackSpec[] different =
        [
            stack,
            stack with { Slug = "shop2" },
            stack with { Databases = [stack.Databases[0]] },
            stack with { Databases = [other, stack.Databases[1]] },
            stack with { Databases = [stack.Databases[0], stack.Databases[1] with { Password = new Secret("another") }] },
            stack with { Servers = [stack.Servers[0] with { PrivateAddress = "10.9.9.9" }, stack.Servers[1]] },
            stack with { Servers = [.. stack.Servers, Specs.Server(3, ServerRoles.Web)] },
        ];
        Assert.Equal(different.Length, different.Select(Digest).Distinct().Count());
        Assert.Equal(Digest(stack), Digest(stack with { Name = "Renamed", Epoch = 9, Environment = "staging", HostNames = ["a.test"] }));
        Assert.Matches("^[0-9a-f]{64}$", Digest(stack));
    }

    [Fact]
    public void Plan_ListensOnThePrivateAddressOnlyWhenAnotherServerNeedsIt()
    {
        Assert.Contains("bind 127.0.0.1\n", RedisFile(Specs.Server(1, ServerRoles.Web, DatabaseKinds.Redis)), StringComparison.Ordinal);
        Assert.Contains(
            "bind 127.0.0.1 10.0.0.1\n", RedisFile(Specs.Server(1, ServerRoles.Web, DatabaseKinds.Redis), Specs.Server(2, ServerRoles.Web)), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_RefusesAPrivateAddressThatIsNone()
    {
        var stack = Specs.Stack(
            [Specs.Server(1, ServerRoles.Web), Specs.Server(2) with { PrivateAddress = "db.internal" }], Specs.Database(DatabaseKinds.Redis, 2));
        var error = Assert.Throws<UserErrorException>(() => Provisioner.Plan(stack, stack.Servers[1]));
        Assert.Contains("server2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "docker", true)]
    [InlineData(2, "docker", true)]
    [InlineData(2, "rack", false)]
    public void NamesOfServices_AreForDockerStacks(int count, string framework, bool isNeeded)
    {
        var servers = Enumerable.Range(1, count).Select(number => Specs.Server(number, ServerRoles.Docker, ServerRoles.Web)).ToList();
        var packages = Provisioner.Plan(Specs.Stack(servers) with { Framework = framework }, servers[0]).Packages;
        Assert.Equal(isNeeded, packages.Contains("nftables"));
        Assert.Equal(isNeeded, packages.Contains("libnginx-mod-stream"));
    }

    [Theory]
    [InlineData("docker", true)]
    [InlineData("rack", false)]
    public void Openssl_IsForDockerStacks(string framework, bool isNeeded)
    {
        var server = Specs.Server(1, ServerRoles.Docker, ServerRoles.Web);
        Assert.Equal(isNeeded, Provisioner.Plan(Specs.Stack([server]) with { Framework = framework }, server).Packages.Contains("openssl"));
    }

    [Fact]
    public void Components_HaveNamesOfTheirOwn()
    {
        var names = ComponentList.AddComponents().Select(component => component.Name).ToList();
        Assert.Equal(["base", "ruby", "nginx", "docker", "names", "postgresql", "mysql", "redis", "memcached"], names);
        Assert.Distinct(names);
    }

    private static string RedisFile(params ServerSpec[] servers)
    {
        var stack = Specs.Stack(servers, Specs.Database(DatabaseKinds.Redis, 1));
        var files = Provisioner.Plan(stack, servers[0]).Components.Values.SelectMany(plan => plan.Files).OfType<WriteFile>();
        return Encoding.UTF8.GetString(files.Single(file => file.Path == "/etc/redis/redis-shop.conf").Content.Span);
    }
}
