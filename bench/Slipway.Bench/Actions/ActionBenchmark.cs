using System.Globalization;
using System.Runtime.CompilerServices;
using Slipway.Rig;

namespace Slipway.Bench.Actions;

/// <summary>What actions cost a running Slipway, beside the aims: on SQLite and on PostgreSQL, with actions that need no server but where its output is the point.</summary>
internal sealed class ActionBenchmark(int actions, int queued)
{
    private const int Stacks = 100;
    private const int Running = 200;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var testbed = new Testbed();
        await using var git = await GitServer.StartAsync(testbed, cancellationToken);
        await using var postgres = await TemporaryPostgres.StartAsync(cancellationToken);
        var sqlite = await MeasureAsync(await Workplace.StartAsync("sqlite", null, cancellationToken), testbed, git, cancellationToken);
        var postgresql = await MeasureAsync(await Workplace.StartAsync("postgresql", postgres, cancellationToken), testbed, git, cancellationToken);
        Console.WriteLine("| | SQLite | PostgreSQL | aim |\n|---|---|---|---|");
        foreach (var (ours, theirs) in sqlite.Zip(postgresql))
            Console.WriteLine($"| {ours.What} | {ours.Value} | {theirs.Value} | {ours.Aim} |");
        return 0;
    }

    private async Task<IReadOnlyList<Finding>> MeasureAsync(Workplace workplace, Testbed testbed, GitServer git, CancellationToken cancellationToken)
    {
        await using var place = workplace;
        try
        {
            List<Finding> findings = [];
            await foreach (var finding in FindAsync(place, testbed, git, cancellationToken))
            {
                await Console.Error.WriteLineAsync($"{finding.What}: {finding.Value}");
                findings.Add(finding);
            }
            return findings;
        }
        catch
        {
            await Console.Error.WriteLineAsync(await place.ReadLogAsync());
            throw;
        }
    }

    private async IAsyncEnumerable<Finding> FindAsync(
        Workplace place, Testbed testbed, GitServer git, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stacks = await place.CreateStacksAsync(Stacks, cancellationToken);
        var waits = await place.FirstStepsAsync(stacks[0], 30, cancellationToken);
        yield return new("POST to first step ms, median (95 of 100)", Text($"{waits[waits.Count / 2]:0} ({waits[waits.Count * 95 / 100]:0})"), "150");
        // The first ones pay for the compiler.
        await place.RunActionsAsync(stacks, actions / 2, cancellationToken);
        var rate = await place.RunActionsAsync(stacks, actions, cancellationToken);
        yield return new("actions a second, from the first POST to the last end", Text($"{rate.PerSecond:0}"), "100 on SQLite");
        yield return new("processor ms of one action, its requests with it", Text($"{rate.Milliseconds:0.0}"), "");
        var lines = await place.TalkAsync(testbed, git, cancellationToken);
        yield return new("lines of log a second, one command on a server", Text($"{lines:0}"), "");
        var takeOver = await place.TakeOverAsync(cancellationToken);
        yield return new("killed node to the next line of log s", Text($"{takeOver.TotalSeconds:0.0}"), "5; on one node 2, from its first answer");
        var crowd = await place.CrowdAsync(Running, queued, cancellationToken);
        yield return new(Text($"resident MB, {Running} actions running and {queued} queued (idle)"), Text($"{crowd.Megabytes} ({crowd.IdleMegabytes})"), "");
        yield return new("processor time meanwhile, of one core", Text($"{crowd.Processor:0.0%}"), "");
        yield return new("GET of a stack meanwhile ms, median", Text($"{crowd.ReadMilliseconds:0.0}"), "");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Finding(string What, string Value, string Aim);
}

/// <summary>A node with many actions at hand.</summary>
internal sealed record Crowd(long Megabytes, long IdleMegabytes, double Processor, double ReadMilliseconds);
