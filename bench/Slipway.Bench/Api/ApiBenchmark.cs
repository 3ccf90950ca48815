using System.Globalization;
using Slipway.Rig;
using Slipway.Server.Platform.Data;

namespace Slipway.Bench.Api;

/// <summary>
/// The two hottest reads of the API, with token, rights and rate limit, beside the least that could be done: Kestrel that writes the same JSON, and
/// the bare database read. An empty installation and a full one take turns, so that noise of the machine meets all of them.
/// </summary>
internal sealed class ApiBenchmark(int rounds, int seconds)
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var bare = await SideProcess.StartAsync("bare", [], cancellationToken);
        foreach (var provider in new[] { DatabaseOptions.Sqlite, DatabaseOptions.Postgres })
        {
            await using var databases = provider == DatabaseOptions.Postgres ? await TemporaryPostgres.StartAsync(cancellationToken) : null;
            await using var empty = await Installation.CreateAsync(provider, databases, stacks: 30, deployments: 0, cancellationToken);
            await using var full = await Installation.CreateAsync(provider, databases, stacks: 10_000, deployments: 1_000_000, cancellationToken);
            Print(provider, await MeasureAsync(bare, empty, full, cancellationToken));
        }
        return 0;
    }

    private async Task<Dictionary<string, List<LoadResult>>> MeasureAsync(
        SideProcess bare, Installation empty, Installation full, CancellationToken cancellationToken)
    {
        (string Name, Func<Task<LoadResult>> Run)[] sides =
        [
            (Names.Bare, () => Wrk.RunAsync(bare.Url + "stack", token: null, seconds, cancellationToken)),
            (Names.Stack, () => empty.LoadAsync($"stacks/{empty.StackUid}.json", seconds, cancellationToken)),
            (Names.FullStack, () => full.LoadAsync($"stacks/{full.StackUid}.json", seconds, cancellationToken)),
            (Names.Read, () => empty.ReadAsync(seconds, cancellationToken)),
            (Names.List, () => empty.LoadAsync("stacks.json", seconds, cancellationToken)),
            (Names.FullRead, () => full.ReadAsync(seconds, cancellationToken)),
            (Names.FullList, () => full.LoadAsync("stacks.json", seconds, cancellationToken)),
        ];
        var results = sides.ToDictionary(side => side.Name, _ => new List<LoadResult>());
        // The first round warms up: code is compiled, pages of the database are read.
        for (var round = 0; round <= rounds; round++)
            foreach (var (name, run) in sides)
            {
                var result = await run();
                if (round > 0)
                    results[name].Add(result);
            }
        return results;
    }

    private static void Print(string provider, Dictionary<string, List<LoadResult>> results)
    {
        Console.WriteLine($"\n| {provider} | requests/s, median (range) | p99 ms | ratio | aim |");
        Console.WriteLine("|---|---|---|---|---|");
        Line(Names.Bare, "", "");
        Line(Names.Stack, Ratio(Names.Stack, Names.Bare), "0.2 of bare Kestrel, p99 under 10 ms");
        Line(Names.FullStack, Ratio(Names.FullStack, Names.Stack), "0.67 of the small one");
        Line(Names.Read, "", "");
        Line(Names.List, Ratio(Names.List, Names.Read), "0.8 of the bare read");
        Line(Names.FullRead, Ratio(Names.FullRead, Names.Read), "");
        Line(Names.FullList, Ratio(Names.FullList, Names.List), "0.67 of the small one");

        string Ratio(string one, string other) => (Rate(one) / Rate(other)).ToString("0.00", CultureInfo.InvariantCulture);
        double Rate(string name) => Median(results[name].Select(result => result.PerSecond));
        void Line(string name, string ratio, string aim)
        {
            var (least, most) = (results[name].Min(result => result.PerSecond), results[name].Max(result => result.PerSecond));
            var p99 = Median(results[name].Select(result => result.P99.TotalMilliseconds));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {name} | {Rate(name):0} ({least:0}-{most:0}) | {(p99 > 0 ? $"{p99:0.0}" : "")} | {ratio} | {aim} |"));
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static class Names
    {
        public const string Bare = "bare Kestrel, one stack as JSON";
        public const string Stack = "`GET /stacks/{uid}.json`, 30 stacks";
        public const string FullStack = "`GET /stacks/{uid}.json`, 10,000 stacks";
        public const string Read = "bare EF read of 30, in process, 30 stacks";
        public const string List = "`GET /stacks.json`, 30 stacks";
        public const string FullRead = "bare EF read of 30, in process, 10,000 stacks";
        public const string FullList = "`GET /stacks.json`, 10,000 stacks";
    }
}
