using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.Redis;

/// <summary>A Redis of the stack's own: within one Redis, stacks could not be kept apart.</summary>
internal sealed class RedisComponent : IComponent
{
    public string Name => DatabaseKinds.Redis;

    public ProvisionPhase Phase => ProvisionPhase.Databases;

    public ComponentPlan? Plan(StackSpec stack, ServerSpec server)
    {
        if (stack.DatabasesOn(server, Name).FirstOrDefault() is not { } database)
            return null;
        return new ComponentPlan
        {
            Packages = ["redis-server"],
            UnwantedUnits = [new("redis-server", "redis-server.service")],
            Files =
            [
                new MakeDirectory(RedisConfig.DataDirectory(stack.Slug), Modes.GroupListable, "redis", "redis"),
                new WriteFile(
                    RedisConfig.Path(stack.Slug), Encoding.UTF8.GetBytes(Configuration(stack, server, database)), Modes.GroupReadable, "root", "redis"),
                new WriteFile(RedisConfig.DropInPath(stack.Slug), Encoding.UTF8.GetBytes(DropIn(stack, server))),
            ],
        };
    }

    public async Task ConfigureAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        var database = run.Stack.DatabasesOn(run.Server, Name).First();
        await run.ApplyAsync(run.Plan.Files, cancellationToken);
        var configuration = Configuration(run.Stack, run.Server, database) + DropIn(run.Stack, run.Server);
        await run.EnsureRunsAsync(RedisConfig.Unit(run.Stack.Slug), configuration, cancellationToken);
    }

    public async Task RemoveAsync(ComponentRun run, bool withData, CancellationToken cancellationToken)
    {
        var slug = run.Stack.Slug;
        var data = RedisConfig.DataDirectory(slug);
        await run.RemoveUnitAsync(
            RedisConfig.Unit(slug),
            [
                new Remove(RedisConfig.Path(slug)),
                new Remove(RedisConfig.DropInPath(slug)),
                .. withData ? [new Remove(data)] : (FileChange[])[],
            ],
            cancellationToken);
        if (!withData)
            await run.LogAsync(Severity.Warning, $"Redis's data stay in {data}.");
    }

    private static string DropIn(StackSpec stack, ServerSpec server) => RedisConfig.DropIn(DatabaseNetwork.ClientAddresses(stack, server));

    private static string Configuration(StackSpec stack, ServerSpec server, DatabaseSpec database) => RedisConfig.Text(
        stack.Slug, DatabaseNetwork.ListenAddresses(stack, server), DatabasePorts.Of(database), database.Username, database.Password, server.Facts);
}
