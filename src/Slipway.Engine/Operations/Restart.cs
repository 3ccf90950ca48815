using Slipway.Engine.Commands;
using Slipway.Engine.Deployments;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Operations;

/// <summary>
/// Everything of a stack started anew: its databases, then the live release beside itself, to which nginx is switched by replacing all of its
/// workers. nginx itself is not stopped, for that would refuse requests of every stack on the machine.
/// </summary>
internal static class Restart
{
    public static Step<DeployContext> DatabasesStep { get; } = new("restart databases", RestartDatabasesAsync)
    {
        When = context => context.Wanted.Databases.Any(database => !database.IsExternal),
    };

    public static IReadOnlyList<Step<DeployContext>> StepsFor(DeployContext context) => [DatabasesStep, .. Refresh.StepsFor(context)];

    private static Task RestartDatabasesAsync(DeployContext context, CancellationToken cancellationToken) => SideBySide.RunAsync(
        context.Wanted.Servers.Where(server => UnitsOn(context.Wanted, server).Count > 0),
        async (server, token) =>
        {
            var units = UnitsOn(context.Wanted, server);
            await context.SayAsync(server, $"Restarting {string.Join(", ", units)}");
            var result = await context.Hosts(server).RunAsync(
                new() { Name = "restart databases", Programs = [.. units.Select(SystemdCommands.Restart)], Deadline = context.Timeouts.Service },
                onLine: null,
                token);
            result.EnsureSuccess();
        },
        cancellationToken);

    private static IReadOnlyList<string> UnitsOn(StackSpec stack, ServerSpec server) =>
        [.. stack.Databases.Where(database => database.ServerUid == server.Uid).Select(database => UnitOf(stack.Slug, database.Kind))];

    private static string UnitOf(string slug, string kind) => kind switch
    {
        // Each of its clusters is a part of this unit.
        DatabaseKinds.PostgreSql => "postgresql.service",
        DatabaseKinds.MySql => "mariadb.service",
        DatabaseKinds.Redis => RedisConfig.Unit(slug),
        DatabaseKinds.Memcached => MemcachedUnit.Name(slug),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Databases of this kind are external."),
    };
}
