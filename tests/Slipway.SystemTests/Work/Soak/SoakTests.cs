using System.Diagnostics;
using System.Globalization;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Work.Soak;

/// <summary>Long and at random: everything at once that may happen to a Slipway of two nodes, and then what must hold whatever happened.</summary>
public sealed class SoakTests(Testbed testbed, ITestOutputHelper output)
{
    private const string Unfinished =
        """
        SELECT a."Id", a."Name", a."ClaimedAt", a."CancelledBy", s."Name" FROM "Actions" a
        LEFT JOIN "JournalSteps" s ON s."ActionId" = a."Id" AND s."State" = 'running' WHERE a."FinishedAt" IS NULL
        """;

    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(6);

    [Fact(Explicit = true)]
    public async Task WhateverHappens_NothingIsLost()
    {
        var seed = (int)Setting("SLIPWAY_SEED", Random.Shared.Next(1_000_000));
        var length = TimeSpan.FromMinutes(Setting("SLIPWAY_SOAK_MINUTES", 30));
        output.WriteLine($"Seed {seed}, {length.TotalMinutes:0} minutes (SLIPWAY_SEED={seed} draws the same moves again)");
        await using var fleet = new SoakFleet(testbed, output.WriteLine);
        await fleet.StartAsync();
        var visitors = fleet.Apps.SelectMany(app => app.Servers).Select(server => LoadGenerator.Start(server.Url(), perSecond: 10)).ToList();
        try
        {
            var begun = Stopwatch.GetTimestamp();
            foreach (var move in SoakMove.Draw(seed).TakeWhile(_ => Stopwatch.GetElapsedTime(begun) < length))
            {
                output.WriteLine($"{Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0}: {move}");
                await fleet.DoAsync(move);
                await Task.Delay(move.Pause, App.Token);
            }
            await fleet.HealAsync();
            await AwaitQuietAsync(fleet);
            await fleet.RestAsync();
            await TellAsync(fleet);
            await SoakInvariants.AssertAsync(fleet);
        }
        finally
        {
            foreach (var visitor in visitors)
                await visitor.DisposeAsync();
        }
        var reports = visitors.Select(visitor => visitor.Report()).ToList();
        output.WriteLine(string.Join('\n', reports));
        // How fast a machine answers that is busy with all this says nothing; that it answers does.
        Assert.All(reports, report => Assert.DoesNotContain(report.Samples, sample => sample.Status is not 200));
    }

    private static async Task AwaitQuietAsync(SoakFleet fleet)
    {
        var begun = Stopwatch.GetTimestamp();
        while (await fleet.ReadAsync("SELECT count(*) FROM \"Actions\" WHERE \"FinishedAt\" IS NULL") is not "0")
        {
            if (Stopwatch.GetElapsedTime(begun) > Quiet)
                Assert.Fail("Actions without an end:\n" + await fleet.ReadAsync(Unfinished));
            await Task.Delay(500, App.Token);
        }
    }

    private async Task TellAsync(SoakFleet fleet)
    {
        output.WriteLine(string.Join(", ", fleet.Counts.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}")));
        output.WriteLine("Actions by end (name, success, cancelled):\n" + await fleet.ReadAsync(
            "SELECT \"Kind\", \"IsSuccess\", \"CancelledBy\" IS NOT NULL, count(*) FROM \"Actions\" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"));
        output.WriteLine($"{await fleet.ReadAsync("SELECT sum(\"Epoch\") FROM \"Stacks\"")} claims, {await fleet.ReadAsync("SELECT count(*) FROM \"LogLines\"")} lines of log");
    }

    private static double Setting(string name, double otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
