using System.Security.Cryptography;
using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning;

/// <summary>One component being configured on one server.</summary>
internal sealed class ComponentRun(StackSpec stack, ServerSpec server, ComponentPlan plan, IRemoteHost host, IStepLog log, EngineTimeouts timeouts)
{
    private const string AppliedDirectory = "/var/lib/slipway/applied";

    public StackSpec Stack => stack;

    public ServerSpec Server => server;

    public ComponentPlan Plan => plan;

    public IRemoteHost Host => host;

    public EngineTimeouts Timeouts => timeouts;

    /// <summary>Whether anything had to be changed so far.</summary>
    public bool HasChanged { get; private set; }

    public ValueTask LogAsync(Severity severity, string text) => log.WriteAsync(server.Name, severity, text);

    /// <summary>Says that something changed, and what.</summary>
    public ValueTask ReportAsync(string text)
    {
        HasChanged = true;
        return LogAsync(Severity.Info, text);
    }

    /// <summary>Brings files to their wanted state.</summary>
    /// <returns>The paths that were not as wanted.</returns>
    public async Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<FileChange> changes, CancellationToken cancellationToken)
    {
        var changed = changes.Count == 0 ? [] : await host.ApplyAsync(changes, cancellationToken);
        foreach (var path in changed)
            await ReportAsync($"Changed {path}");
        return changed;
    }

    /// <summary>Runs programs that change the server; their output goes to the log.</summary>
    public async Task RunAsync(string name, IReadOnlyList<IReadOnlyList<string>> programs, TimeSpan deadline, CancellationToken cancellationToken)
    {
        await ReportAsync(UpperFirst(name));
        var result = await host.RunAsync(
            new RemoteCommand { Name = name, Programs = programs, Deadline = deadline },
            line => LogAsync(Severity.Info, line.Text), cancellationToken);
        result.EnsureSuccess();
    }

    public Task RunAsync(string name, IReadOnlyList<string> program, CancellationToken cancellationToken) =>
        RunAsync(name, [program], timeouts.Service, cancellationToken);

    /// <summary>Asks the server something; the exit code is for the caller to judge.</summary>
    public Task<(RemoteResult Result, IReadOnlyList<string> Lines)> ReadAsync(
        string name, IReadOnlyList<IReadOnlyList<string>> programs, CancellationToken cancellationToken) =>
        host.ReadAsync(new() { Name = name, Programs = programs, Deadline = timeouts.Query, IsRepeatable = true }, cancellationToken);

    /// <summary>Gives a text, which may hold secrets, to a program's standard input. It must be a text that may be given repeatedly.</summary>
    /// <returns>What the program printed.</returns>
    public Task<IReadOnlyList<string>> FeedAsync(
        string name, IReadOnlyList<string> program, string user, string input, CancellationToken cancellationToken) =>
        host.ReadLinesAsync(
            new()
            {
                Name = name,
                Programs = [program],
                User = user,
                OpenInput = _ => Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(input))),
                Deadline = timeouts.Service,
                IsRepeatable = true,
            },
            cancellationToken);

    /// <summary>
    /// Whether a service has yet to take over its configuration. A changed file alone does not tell: the work may have been cut off between the
    /// change and the restart. A service that has never had any needs nothing for an empty one.
    /// </summary>
    public async Task<bool> IsStaleAsync(string service, string configuration, CancellationToken cancellationToken)
    {
        var stamp = await host.ReadFileAsync($"{AppliedDirectory}/{service}", cancellationToken);
        return stamp is null ? configuration.Length > 0 : Encoding.ASCII.GetString(stamp) != Stamp(configuration);
    }

    /// <summary>Remembers on the server that a service runs with this configuration.</summary>
    public Task MarkAppliedAsync(string service, string configuration, CancellationToken cancellationToken) => host.ApplyAsync(
        [new WriteFile($"{AppliedDirectory}/{service}", Encoding.ASCII.GetBytes(Stamp(configuration)), Modes.Private)], cancellationToken);

    /// <summary>Sees to it that a unit runs, now and after a restart of the machine, with its present configuration.</summary>
    public async Task EnsureRunsAsync(string unit, string configuration, CancellationToken cancellationToken)
    {
        var isStale = await IsStaleAsync(unit, configuration, cancellationToken);
        if (!isStale && (await ReadAsync($"look at {unit}", [SystemdCommands.IsActive(unit)], cancellationToken)).Result.IsSuccess)
            return;
        await RunAsync($"start {unit}", [SystemdCommands.DaemonReload, .. SystemdCommands.EnableAndRestart(unit)], Timeouts.Service, cancellationToken);
        await MarkAppliedAsync(unit, configuration, cancellationToken);
    }

    /// <summary>Stops a unit of the stack's own and removes its files.</summary>
    public async Task RemoveUnitAsync(string unit, IEnumerable<FileChange> files, CancellationToken cancellationToken)
    {
        await RunAsync($"stop {unit}", SystemdCommands.StopIfThere(unit), cancellationToken);
        await host.ApplyAsync([.. files, new Remove(SystemdCommands.WantsLink(unit)), new Remove($"{AppliedDirectory}/{unit}")], cancellationToken);
        await RunAsync("reload systemd", SystemdCommands.DaemonReload, cancellationToken);
    }

    private static string Stamp(string configuration) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(configuration)));

    private static string UpperFirst(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
