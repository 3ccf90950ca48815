using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.MySql;

/// <summary>MariaDB, shared by the stacks of a machine: a user and a database for each.</summary>
internal sealed partial class MySqlComponent : IComponent
{
    private const string Unit = "mariadb.service";
    private static readonly Version ListensOnSeveral = new(10, 11);

    public string Name => DatabaseKinds.MySql;

    public ProvisionPhase Phase => ProvisionPhase.Databases;

    public ComponentPlan? Plan(StackSpec stack, ServerSpec server)
    {
        var databases = stack.DatabasesOn(server, Name).ToList();
        return databases.Count == 0 ? null : new ComponentPlan
        {
            Packages = ["mariadb-server"],
            Settings =
            [
                .. Wishes(stack, server).Select(line => new Secret(line)),
                .. databases.Select(database => new Secret(Statements(stack, server, database, []))),
            ],
        };
    }

    public async Task ConfigureAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        await OpenAsync(run, cancellationToken);
        foreach (var database in run.Stack.DatabasesOn(run.Server, Name))
            await CreateAsync(run, database, cancellationToken);
    }

    public async Task RemoveAsync(ComponentRun run, bool withData, CancellationToken cancellationToken)
    {
        // Where the stack never came so far there is no MariaDB, or it is down; then nobody gets in either.
        if (!(await run.ReadAsync($"look at {Unit}", [SystemdCommands.IsActive(Unit)], cancellationToken)).Result.IsSuccess)
            return;
        foreach (var database in run.Stack.DatabasesOn(run.Server, Name))
        {
            var hosts = await run.FeedAsync(
                "look for the database's users", MySqlCommands.Client, "root", MySqlCommands.ListHosts(database.Username), cancellationToken);
            await run.FeedAsync(
                $"close the MariaDB database {database.Database}", MySqlCommands.Client, "root",
                MySqlCommands.RemoveDatabase(database.Username, hosts, database.Database, withData), cancellationToken);
            if (!withData)
                await run.LogAsync(Severity.Warning, $"MariaDB keeps the database {database.Database}; its user is gone.");
        }
        // Where MariaDB listens is left as it is: a change would need a restart, which the other stacks of the machine would notice.
        await new SharedSettings(run, DatabaseKinds.MySql).ForgetAsync(cancellationToken);
    }

    private static async Task OpenAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        var canListenOnSeveral = await CanListenOnSeveralAsync(run, cancellationToken);
        var configuration = "";
        await new SharedSettings(run, DatabaseKinds.MySql).ApplyAsync(
            Wishes(run.Stack, run.Server),
            all =>
            {
                IReadOnlyList<string> addresses = all.Count == 0 || canListenOnSeveral ? [DatabaseNetwork.Loopback, .. all] : ["0.0.0.0"];
                configuration = MySqlCommands.Configuration(addresses);
                return Task.FromResult<IReadOnlyList<FileChange>>(
                [
                    new WriteFile(MySqlCommands.ConfigurationPath, Encoding.UTF8.GetBytes(configuration)),
                    new WriteFile(MySqlCommands.UnitPath, Encoding.UTF8.GetBytes(SystemdCommands.AfterNetwork)),
                ]);
            },
            cancellationToken);
        await run.EnsureRunsAsync(Unit, configuration, cancellationToken);
    }

    private static async Task<bool> CanListenOnSeveralAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        var (result, lines) = await run.ReadAsync("look for MariaDB's version", [MySqlCommands.Version], cancellationToken);
        result.EnsureSuccess();
        var match = VersionPattern().Match(string.Join('\n', lines));
        return match.Success && new Version(
            int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)) >= ListensOnSeveral;
    }

    private static async Task CreateAsync(ComponentRun run, DatabaseSpec database, CancellationToken cancellationToken)
    {
        var wanted = Hosts(run.Stack, run.Server);
        var present = await run.FeedAsync(
            "look for the database's users", MySqlCommands.Client, "root", MySqlCommands.ListHosts(database.Username), cancellationToken);
        foreach (var host in wanted.Except(present))
            await run.ReportAsync($"Letting {database.Username} in from {host}");
        List<string> former = [.. present.Except(wanted)];
        foreach (var host in former)
            await run.ReportAsync($"No longer letting {database.Username} in from {host}");
        var made = await run.FeedAsync(
            $"set up the MariaDB database {database.Database}", MySqlCommands.Client, "root",
            Statements(run.Stack, run.Server, database, former), cancellationToken);
        foreach (var line in made)
            await run.ReportAsync(line);
    }

    private static string Statements(StackSpec stack, ServerSpec server, DatabaseSpec database, IEnumerable<string> formerHosts) =>
        MySqlCommands.CreateDatabase(database.Username, database.Password, database.Database, Hosts(stack, server), formerHosts);

    private static IReadOnlyList<string> Hosts(StackSpec stack, ServerSpec server) =>
        ["localhost", DatabaseNetwork.Loopback, .. DatabaseNetwork.ClientAddresses(stack, server).Select(DatabaseNetwork.WithMask)];

    private static IEnumerable<string> Wishes(StackSpec stack, ServerSpec server) =>
        DatabaseNetwork.ListenAddresses(stack, server).Where(address => address != DatabaseNetwork.Loopback);

    [GeneratedRegex(@"Ver (\d+)\.(\d+)")]
    private static partial Regex VersionPattern();
}
