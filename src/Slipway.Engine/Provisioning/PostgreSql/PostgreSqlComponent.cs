using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.PostgreSql;

/// <summary>PostgreSQL, shared by the stacks of a machine: a role and a database for each.</summary>
internal sealed class PostgreSqlComponent : IComponent
{
    private const string ListenLine = "listen ";

    public string Name => DatabaseKinds.PostgreSql;

    public ProvisionPhase Phase => ProvisionPhase.Databases;

    public ComponentPlan? Plan(StackSpec stack, ServerSpec server)
    {
        var databases = stack.DatabasesOn(server, Name).ToList();
        return databases.Count == 0 ? null : new ComponentPlan
        {
            Packages = ["postgresql"],
            Settings =
            [
                .. Wishes(stack, server).Select(line => new Secret(line)),
                .. databases.Select(database => new Secret(Statements(database))),
            ],
        };
    }

    public async Task ConfigureAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        var databases = run.Stack.DatabasesOn(run.Server, Name).ToList();
        var cluster = await FindClusterAsync(run, databases[0].Port ?? DatabaseKinds.UsualPort(Name), cancellationToken);
        await OpenAsync(run, cluster, cancellationToken);
        foreach (var database in databases)
            await CreateAsync(run, cluster, database, cancellationToken);
    }

    public async Task RemoveAsync(ComponentRun run, bool withData, CancellationToken cancellationToken)
    {
        foreach (var database in run.Stack.DatabasesOn(run.Server, Name))
        {
            // Where the stack never came so far there is no PostgreSQL, or it is down; then nobody gets in either.
            var (result, lines) = await run.ReadAsync("look for PostgreSQL's clusters", [PostgresCommands.ListClusters], cancellationToken);
            if (!result.IsSuccess || Find(lines, DatabasePorts.Of(database)) is not { IsOnline: true } cluster)
                continue;
            await run.FeedAsync(
                $"close the PostgreSQL database {database.Database}", PostgresCommands.Psql(cluster.Port), "postgres",
                PostgresCommands.RemoveDatabase(database.Username, database.Database, withData), cancellationToken);
            await CloseAsync(run, cluster, cancellationToken);
            if (!withData)
                await run.LogAsync(Severity.Warning, $"PostgreSQL keeps the database {database.Database}; its role cannot sign in any more.");
        }
    }

    // Where PostgreSQL listens is left as it is: a change would need a restart, which the other stacks of the machine would notice.
    private static async Task CloseAsync(ComponentRun run, PostgreSqlCluster cluster, CancellationToken cancellationToken)
    {
        var others = await new SharedSettings(run, DatabaseKinds.PostgreSql).ForgetAsync(cancellationToken);
        var current = await run.Host.ReadFileAsync(cluster.AccessFile, cancellationToken) ?? [];
        var access = PostgresCommands.MergeAccess(Encoding.UTF8.GetString(current), others.Where(line => !IsListen(line)));
        await run.ApplyAsync(
            [new WriteFile(cluster.AccessFile, Encoding.UTF8.GetBytes(access), Modes.GroupReadable, "postgres", "postgres")], cancellationToken);
        await run.RunAsync("reload PostgreSQL", SystemdCommands.TryReload(cluster.Unit), cancellationToken);
        await run.MarkAppliedAsync($"{cluster.Unit}-access", access, cancellationToken);
    }

    private static PostgreSqlCluster? Find(IEnumerable<string> lines, int port) =>
        lines.Select(PostgreSqlCluster.Parse).FirstOrDefault(cluster => cluster?.Port == port);

    private static async Task<PostgreSqlCluster> FindClusterAsync(ComponentRun run, int port, CancellationToken cancellationToken)
    {
        var (result, lines) = await run.ReadAsync("look for PostgreSQL's clusters", [PostgresCommands.ListClusters], cancellationToken);
        result.EnsureSuccess();
        return Find(lines, port)
            ?? throw new UserErrorException(
                $"PostgreSQL on {run.Server.Name} has no cluster at port {port}. Make one there with pg_createcluster, or correct the database's port.");
    }

    /// <summary>Lets the stack's servers in, and nobody else.</summary>
    private static async Task OpenAsync(ComponentRun run, PostgreSqlCluster cluster, CancellationToken cancellationToken)
    {
        var access = "";
        var lines = await new SharedSettings(run, DatabaseKinds.PostgreSql).ApplyAsync(
            Wishes(run.Stack, run.Server),
            async all =>
            {
                var current = await run.Host.ReadFileAsync(cluster.AccessFile, cancellationToken) ?? [];
                access = PostgresCommands.MergeAccess(Encoding.UTF8.GetString(current), all.Where(line => !IsListen(line)));
                return
                [
                    .. ListenFiles(cluster, all),
                    new WriteFile(cluster.AccessFile, Encoding.UTF8.GetBytes(access), Modes.GroupReadable, "postgres", "postgres"),
                ];
            },
            cancellationToken);
        var listen = string.Join('\n', lines.Where(IsListen));
        var needsRestart = !cluster.IsOnline || await run.IsStaleAsync($"{cluster.Unit}-listen", listen, cancellationToken);
        if (needsRestart)
            await run.RunAsync("restart PostgreSQL", [SystemdCommands.DaemonReload, SystemdCommands.Restart(cluster.Unit)], run.Timeouts.Service, cancellationToken);
        else if (await run.IsStaleAsync($"{cluster.Unit}-access", access, cancellationToken))
            await run.RunAsync("reload PostgreSQL", SystemdCommands.TryReload(cluster.Unit), cancellationToken);
        else
            return;
        await run.MarkAppliedAsync($"{cluster.Unit}-listen", listen, cancellationToken);
        await run.MarkAppliedAsync($"{cluster.Unit}-access", access, cancellationToken);
    }

    private static async Task CreateAsync(ComponentRun run, PostgreSqlCluster cluster, DatabaseSpec database, CancellationToken cancellationToken)
    {
        var made = await run.FeedAsync(
            $"set up the PostgreSQL database {database.Database}", PostgresCommands.Psql(cluster.Port), "postgres", Statements(database), cancellationToken);
        foreach (var line in made)
            await run.ReportAsync(line);
    }

    private static string Statements(DatabaseSpec database) =>
        PostgresCommands.CreateDatabase(database.Username, database.Password, database.Database);

    private static IReadOnlyList<FileChange> ListenFiles(PostgreSqlCluster cluster, IReadOnlyList<string> lines)
    {
        var addresses = lines.Where(IsListen).Select(line => line[ListenLine.Length..]).ToList();
        return addresses.Count == 0 ? [new Remove(cluster.ListenFile)] :
        [
            new WriteFile(cluster.ListenFile, Encoding.UTF8.GetBytes(PostgresCommands.Listen(addresses)), Modes.Readable, "postgres", "postgres"),
            new WriteFile(PostgresCommands.UnitPath, Encoding.UTF8.GetBytes(SystemdCommands.AfterNetwork)),
        ];
    }

    private static bool IsListen(string line) => line.StartsWith(ListenLine, StringComparison.Ordinal);

    private static IEnumerable<string> Wishes(StackSpec stack, ServerSpec server) =>
    [
        .. DatabaseNetwork.ListenAddresses(stack, server).Where(address => address != DatabaseNetwork.Loopback).Select(address => ListenLine + address),
        .. from database in stack.DatabasesOn(server, DatabaseKinds.PostgreSql)
           from address in DatabaseNetwork.ClientAddresses(stack, server)
           select PostgresCommands.Access(database.Username, database.Database, DatabaseNetwork.AsNetwork(address)),
    ];
}
