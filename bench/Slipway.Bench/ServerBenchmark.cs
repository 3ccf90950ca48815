using System.Diagnostics;
using System.Globalization;
using Slipway.Rig;

namespace Slipway.Bench;

/// <summary>What the control plane itself costs.</summary>
internal static class ServerBenchmark
{
    private const int Requests = 5000;

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("slipway-bench-");
        // The first start makes the database and keys; the second is the one that an operator waits for.
        var first = await StartAsync(data, cancellationToken);
        var owner = await first.Server.SetUpAsync("bench@example.test", "a long enough password", cancellationToken);
        await first.Server.DisposeAsync();
        var (server, started) = await StartAsync(data, cancellationToken);
        await using var running = server;
        await Task.Delay(TimeSpan.FromSeconds(4), cancellationToken);
        var idle = ResidentMegabytes(server.ProcessId);
        var client = server.ClientFor(owner.Token);
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (_, token) =>
            await client.Stacks.ListAsync(cancellationToken: token));
        var perSecond = Requests / watch.Elapsed.TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
        var after = ResidentMegabytes(server.ProcessId);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"first start {first.Started.TotalSeconds:0.00} s, start {started.TotalSeconds:0.00} s (aim 1.5); resident {idle} MB idle (aim 170), {after} MB after {Requests} lists of stacks at {perSecond:0}/s"));
        data.Delete(recursive: true);
        return 0;
    }

    private static async Task<(SlipwayServer Server, TimeSpan Started)> StartAsync(DirectoryInfo data, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var server = await SlipwayServer.StartAsync(data, 0, new Dictionary<string, string> { ["Slipway__RateLimit__RequestsPerHour"] = "1000000" }, cancellationToken);
        return (server, watch.Elapsed);
    }

    private static long ResidentMegabytes(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64 / (1024 * 1024);
    }
}
