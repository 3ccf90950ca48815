using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Tests.Provisioning;

/// <summary>Stacks as values, for tests that never reach a server.</summary>
internal static class Specs
{
    public static MachineFacts Bookworm { get; } =
        new("debian", "12", "bookworm", "amd64", "box", 2, 1L << 31, 1L << 34, ["10.0.0.1"], "boot");

    public static ServerSpec Server(int number, params string[] roles) => new()
    {
        Uid = $"uid-{number}",
        Name = $"server{number}",
        Machine = new MachineSpec($"203.0.113.{number}", 22, "root", new Secret("key"), "SHA256:x"),
        Facts = Bookworm,
        PrivateAddress = $"10.0.0.{number}",
        Roles = roles,
        IsPrimary = number == 1,
    };

    public static DatabaseSpec Database(string kind, int server) => new()
    {
        Kind = kind,
        ServerUid = $"uid-{server}",
        Username = kind == DatabaseKinds.Memcached ? "" : "shop",
        Password = new Secret(kind == DatabaseKinds.Memcached ? "" : "p/w@1"),
        Database = kind is DatabaseKinds.PostgreSql or DatabaseKinds.MySql ? "shop" : "",
    };

    public static StackSpec Stack(IReadOnlyList<ServerSpec> servers, params IReadOnlyList<DatabaseSpec> databases) => new()
    {
        Slug = "shop",
        Name = "Shop",
        Environment = "production",
        Framework = "rack",
        Servers = servers,
        Databases = databases,
    };
}
