using System.Text.RegularExpressions;
using Slipway.Contracts;
using Slipway.Contracts.Actions;

namespace Slipway.Dashboard.Pages.Actions;

/// <summary>The steps of an action and the newest lines that they printed.</summary>
public sealed partial record ActionLog(IReadOnlyList<ActionStep> Steps, IReadOnlyList<ActionLogLine> Lines, bool IsCut)
{
    private const int PageSize = 1000;
    private const int MaxLines = 2000;

    public long LastId => Lines.Count == 0 ? 0 : Lines[^1].Id;

    public IEnumerable<string> Servers => Lines.Select(line => line.Server).Where(server => server.Length > 0).Distinct().Order();

    /// <summary>The steps in order, after the lines outside of them where there are some.</summary>
    public IEnumerable<ActionStep> Groups =>
        Lines.Any(line => line.Step.Length == 0) ? Steps.Prepend(new(0, "", "done", null, null)) : Steps;

    public static async Task<ActionLog> ReadAsync(SlipwayClient slipway, string stackUid, int id)
    {
        var steps = await slipway.Actions.ListStepsAsync(stackUid, id);
        var newest = new Queue<ActionLogLine>();
        var isCut = false;
        await foreach (var line in ReadLinesAsync(slipway, stackUid, id))
        {
            newest.Enqueue(line);
            if (newest.Count > MaxLines)
                isCut = newest.TryDequeue(out _);
        }
        return new(steps.Response, [.. newest], isCut);
    }

    public static async IAsyncEnumerable<ActionLogLine> ReadLinesAsync(SlipwayClient slipway, string stackUid, int id)
    {
        var since = 0L;
        int count;
        do
        {
            var page = await slipway.Actions.ListLogAsync(stackUid, id, since);
            foreach (var line in page.Response)
                yield return line with { Text = Colours().Replace(line.Text, "") };
            count = page.Response.Count;
            since = count == 0 ? since : page.Response[^1].Id;
        }
        while (count == PageSize);
    }

    [GeneratedRegex(@"\x1B\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Colours();
}
