using System.Globalization;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Work.Soak;

/// <summary>What must hold when everything is at rest again, whatever happened before.</summary>
internal static class SoakInvariants
{
    private const int Lines = 30;

    public static async Task AssertAsync(SoakFleet fleet)
    {
        List<string> faults = [];
        await NoneAsync("actions that failed without being cancelled",
            """SELECT "Id", "Name", "Message" FROM "Actions" WHERE "IsSuccess" IS NOT TRUE AND "CancelledBy" IS NULL""");
        await NoneAsync("actions without an end", """SELECT "Id", "Name" FROM "Actions" WHERE "FinishedAt" IS NULL OR "IsSuccess" IS NULL""");
        await NoneAsync("deployments without an end", """SELECT "Id" FROM "Deployments" WHERE "FinishedAt" IS NULL OR "Outcome" = 0""");
        await NoneAsync("stacks that have not one live deployment",
            """SELECT s."Id", count(d."Id") FROM "Stacks" s LEFT JOIN "Deployments" d ON d."StackId" = s."Id" AND d."IsLive" GROUP BY s."Id" HAVING count(d."Id") <> 1""");
        await NoneAsync("steps of successful actions that are not over",
            """SELECT a."Id", s."Name", s."State" FROM "Actions" a JOIN "JournalSteps" s ON s."ActionId" = a."Id" WHERE a."IsSuccess" AND s."State" NOT IN ('done', 'skipped')""");
        await NoneAsync("tickets that are left open", """SELECT "Ticket", "ActionId" FROM "JournalTickets" WHERE "IsLeft" """);
        await AddLogFaultsAsync(fleet, faults);
        foreach (var app in fleet.Apps)
            await AddServerFaultsAsync(app, faults);
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        async Task NoneAsync(string what, string sql)
        {
            if (await fleet.ReadAsync(sql) is { Length: > 0 } rows)
                faults.Add($"There are {what}:\n{rows}");
        }
    }

    // A deployment that was cancelled or failed may have ended in the middle of its lines, but none of them may be missing or there twice.
    private static async Task AddLogFaultsAsync(SoakFleet fleet, List<string> faults)
    {
        var ended = (await fleet.ReadAsync("""SELECT a."Id" FROM "Actions" a JOIN "Deployments" d ON d."ActionId" = a."Id" AND d."Type" <> 2 WHERE a."IsSuccess" """))
            .Split('\n').ToHashSet();
        var rows = await fleet.ReadAsync("""SELECT "ActionId", "Server", "Text" FROM "LogLines" WHERE "Text" LIKE 'hook says %' ORDER BY "Id" """);
        // Where a stack has several servers, its hook speaks on each.
        foreach (var action in rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('|')).GroupBy(row => (Id: row[0], Server: row[1]), row => row[2]))
        {
            var lines = action.ToList();
            var whole = lines.SequenceEqual(Enumerable.Range(1, lines.Count).Select(number => string.Create(CultureInfo.InvariantCulture, $"hook says {number}")));
            if (!whole || (ended.Contains(action.Key.Id) && lines.Count != Lines))
                faults.Add($"The log of action {action.Key.Id} on {action.Key.Server} is not whole: {string.Join(", ", lines)}");
        }
    }

    private static async Task AddServerFaultsAsync(App app, List<string> faults)
    {
        var live = (await app.DeploymentsAsync()).First(deployment => deployment.Outcome.Code == 1);
        foreach (var server in app.Servers)
        {
            if (await app.RevisionAsync(server) is var revision && revision != live.GitHash)
                faults.Add($"{app.Slug} on {server.Name} serves {revision}, and {live.GitHash} was deployed last.");
            var left = await server.ExecuteAsync(
                ["sh", "-c", "systemctl list-units --plain --no-legend --state=active,activating,failed 'slipway-*' | grep -E '^slipway-[0-9a-f]{32}[.]service' || true"], App.Token);
            if (left.Length > 0)
                faults.Add($"Commands are left on {server.Name}: {left}");
        }
    }
}
