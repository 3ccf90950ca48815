using System.Globalization;
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
        Console.WriteLine("| | SQLite | PostgreSQL | aim |");
        Console.WriteLine("|---|---|---|---|");
        var sqlite = await MeasureAsync(await Workplace.StartAsync("sqlite", null, cancellationToken), testbed, git, cancellationToken);
        var postgresql = await MeasureAsync(await Workplace.StartAsync("postgresql", postgres, cancellationToken), testbed, git, cancellationToken);
        foreach (var (ours, theirs) in sqlite.Zip(postgresql))
            Console.WriteLine($"| {ours.What} | {ours.Value} | {theirs.Value} | {ours.Aim} |");
        return 0;
    }

    private async Task<IReadOnlyList<Finding>> MeasureAsync(Workplace workplace, Testbed testbed, GitServer git, CancellationToken cancellationToken)
    {
        await using var place = workplace;
        var stacks = await place.CreateStacksAsync(Stacks, cancellationToken);
        var waits = await place.FirstStepsAsync(stacks[0], 30, cancellationToken);
        var rate = await place.RunActionsAsync(stacks, actions, cancellationToken);
        var lines = await place.TalkAsync(testbed, git, cancellationToken);
        var takeOver = await place.TakeOverAsync(cancellationToken);
        var crowd = await place.CrowdAsync(Running, queued, cancellationToken);
        return
        [
            new("actions a second, from the first POST to the last end", Text($"{rate:0}"), "100 on SQLite"),
            new("POST to first step ms, median (95 of 100)", Text($"{waits[waits.Count / 2]:0} ({waits[waits.Count * 95 / 100]:0})"), "150"),
            new("lines of log a second, one command on a server", Text($"{lines:0}"), ""),
            new("killed node to the work going on s", Text($"{takeOver.TotalSeconds:0.0}"), "5; one node: 2 from its first answer"),
            new(Text($"resident MB, {Running} actions running and {queued} queued (idle)"), Text($"{crowd.Megabytes} ({crowd.IdleMegabytes})"), ""),
            new("processor time meanwhile, of one core", Text($"{crowd.Processor:0.0%}"), ""),
            new("GET of a stack meanwhile ms, median", Text($"{crowd.ReadMilliseconds:0.0}"), ""),
        ];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Finding(string What, string Value, string Aim);
}

/// <summary>A node with many actions at hand.</summary>
internal sealed record Crowd(long Megabytes, long IdleMegabytes, double Processor, double ReadMilliseconds);
