using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Gives the stack the databases that its definition asks for. One that the definition names no more stays as it is.</summary>
internal static class FindDatabases
{
    public static bool IsNeeded(DeployContext context) => context.Docker.Databases.Count > 0 || context.Wanted.Databases.Count > 0;

    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var missing = Missing(context).Select(database => database.Kind).Intersect(DatabaseKinds.Installable).ToList();
        if (missing.Count > 0)
            await context.AddDatabases(context, missing, cancellationToken);
        foreach (var database in context.Wanted.Databases.Where(database => missing.Contains(database.Kind)))
            await context.SayAsync(ServerOf(context, database), $"{database.Kind} will be here, as {context.Docker.Source} asks for.");
        var absent = Missing(context);
        if (absent.Count > 0)
            throw new UserErrorException(string.Join('\n', absent.Select(database => Describe(context.Docker, database))));
        // A bare Dockerfile has no place to name them.
        if (context.Docker.Source != Dockerfile.Path)
            await TellOfTheRestAsync(context);
    }

    private static async Task TellOfTheRestAsync(DeployContext context)
    {
        foreach (var database in context.Wanted.Databases.Where(database => !database.IsExternal && context.Docker.Databases.All(named => named.Kind != database.Kind)))
            await context.Log.WriteAsync(
                ServerOf(context, database)?.Name ?? "",
                Severity.Warning,
                $"{context.Docker.Source} does not name {database.Kind} among its databases. It stays here with its data and its variables; Slipway removes no database but with its stack.");
    }

    private static List<DatabaseDefinition> Missing(DeployContext context) =>
        [.. context.Docker.Databases.Where(named => context.Wanted.Databases.All(present => present.Kind != named.Kind))];

    private static string Describe(DockerDefinition definition, DatabaseDefinition database) =>
        $"{definition.Source}, line {database.Line}: " + (DatabaseKinds.Installable.Contains(database.Kind)
            ? $"databases names {database.Kind}, and no server of the stack is to hold it: the roles that they were given are without it. Add a server with the role {database.Kind}, or an external {database.Kind}, then deploy again."
            : $"databases names {database.Kind}, which Slipway does not install. Add one that runs elsewhere to the stack's databases as an external one, then deploy again.");

    private static ServerSpec? ServerOf(DeployContext context, DatabaseSpec database) =>
        context.Wanted.Servers.FirstOrDefault(server => server.Uid == database.ServerUid);
}
