using System.Net;
using System.Net.Sockets;
using CliWrap;
using CliWrap.Buffered;

namespace Slipway.Rig;

/// <summary>Debian's PostgreSQL on a directory of its own, gone afterwards. As root it runs as postgres, for it refuses to be root.</summary>
public sealed class TemporaryPostgres : IAsyncDisposable
{
    private const string Owner = "slipway";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("slipway-postgres-");

    public int Port { get; } = FreePort();

    private string Data => Path.Combine(_directory.FullName, "data");

    public static async Task<TemporaryPostgres> StartAsync(CancellationToken cancellationToken)
    {
        var postgres = new TemporaryPostgres();
        if (Environment.IsPrivilegedProcess)
            await Cli.Wrap("chown").WithArguments(["postgres", postgres._directory.FullName]).ExecuteAsync(cancellationToken);
        await postgres.RunAsync("initdb", ["-D", postgres.Data, "-U", Owner, "-A", "trust", "-E", "UTF8"], cancellationToken);
        await postgres.ControlAsync("start", cancellationToken);
        return postgres;
    }

    /// <summary>Starts a standby that has each commit before it is acknowledged.</summary>
    public async Task<TemporaryPostgres> FollowAsync(CancellationToken cancellationToken)
    {
        var standby = new TemporaryPostgres();
        if (Environment.IsPrivilegedProcess)
            await Cli.Wrap("chown").WithArguments(["postgres", standby._directory.FullName]).ExecuteAsync(cancellationToken);
        await standby.RunAsync("pg_basebackup", ["-D", standby.Data, "-h", "127.0.0.1", "-p", $"{Port}", "-U", Owner, "-R", "-c", "fast"], cancellationToken);
        await standby.ControlAsync("start", cancellationToken);
        await RunSqlAsync("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'", cancellationToken);
        await RunSqlAsync("postgres", "SELECT pg_reload_conf()", cancellationToken);
        return standby;
    }

    /// <summary>Makes a standby the one that is written to.</summary>
    public Task PromoteAsync(CancellationToken cancellationToken) => RunAsync("pg_ctl", ["-D", Data, "-w", "promote"], cancellationToken);

    public Task RestartAsync(CancellationToken cancellationToken) => ControlAsync("restart", cancellationToken);

    /// <summary>Ends it as a crash would.</summary>
    public Task StopAsync() => RunAsync("pg_ctl", ["-D", Data, "-m", "immediate", "stop"], CancellationToken.None);

    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await RunAsync("createdb", ["-h", "127.0.0.1", "-p", $"{Port}", "-U", Owner, name], cancellationToken);
        return $"Host=127.0.0.1;Port={Port};Username={Owner};Database={name}";
    }

    /// <summary>Runs a line for a shell as the database's administrator, with programs like pg_dump at hand.</summary>
    public async Task RunLineAsync(string line, CancellationToken cancellationToken) => await Wrap("env", ["sh", "-euc", line]).WithEnvironmentVariables(
        new Dictionary<string, string?>
        {
            ["PGHOST"] = "127.0.0.1", ["PGPORT"] = $"{Port}", ["PGUSER"] = Owner, ["PATH"] = $"{Programs()}:{Environment.GetEnvironmentVariable("PATH")}",
        }).ExecuteAsync(cancellationToken);

    /// <summary>What the database's administrator does.</summary>
    public Task RunSqlAsync(string database, string sql, CancellationToken cancellationToken) => RunAsync(
        "psql", ["-h", "127.0.0.1", "-p", $"{Port}", "-U", Owner, "-d", database, "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "-c", sql], cancellationToken);

    /// <summary>The single value that a query has.</summary>
    public async Task<string> ReadAsync(string database, string sql, CancellationToken cancellationToken)
    {
        var answer = await Wrap("psql", ["-h", "127.0.0.1", "-p", $"{Port}", "-U", Owner, "-d", database, "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql])
            .ExecuteBufferedAsync(cancellationToken);
        return answer.StandardOutput.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await StopAsync();
        _directory.Delete(recursive: true);
    }

    private Task ControlAsync(string what, CancellationToken cancellationToken) => RunAsync(
        "pg_ctl",
        [
            "-D", Data, "-w", "-t", $"{Patience.TotalSeconds}", "-m", "fast", "-l", Path.Combine(_directory.FullName, "log"),
            "-o", $"-p {Port} -c listen_addresses=127.0.0.1 -c max_connections=300 -c unix_socket_directories={_directory.FullName}", what,
        ],
        cancellationToken);

    // The server keeps the standard output that it is started with, so nobody may wait for its end.
    private async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        await Wrap(program, arguments).ExecuteAsync(cancellationToken);

    private Command Wrap(string program, IReadOnlyList<string> arguments)
    {
        var path = program is "env" ? "/usr/bin/env" : Path.Combine(Programs(), program);
        var command = Environment.IsPrivilegedProcess ? Cli.Wrap("runuser").WithArguments(["-u", "postgres", "--", path, .. arguments]) : Cli.Wrap(path).WithArguments(arguments);
        return command.WithWorkingDirectory(_directory.FullName);
    }

    private static string Programs() => Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Order(StringComparer.Ordinal).LastOrDefault()
        ?? throw new InvalidOperationException("PostgreSQL is missing: apt-get install postgresql.");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
