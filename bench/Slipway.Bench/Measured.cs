using System.Globalization;
using Slipway.Rig;

namespace Slipway.Bench;

/// <summary>One timed piece of work with the load that it was done under.</summary>
/// <param name="Wall">From its start to its end.</param>
/// <param name="Live">From its start to the first answer of the new commit.</param>
/// <param name="Load">What visitors saw meanwhile; null where there were none.</param>
internal sealed record Measured(TimeSpan Wall, TimeSpan Live, LoadReport? Load);

/// <summary>Several of the same kind.</summary>
internal sealed record Series(string Name, IReadOnlyList<Measured> Values)
{
    public TimeSpan MedianWall => Median(Values.Select(value => value.Wall));

    public TimeSpan MedianLive => Median(Values.Select(value => value.Live));

    public int Failed => Values.Sum(value => value.Load?.Failed.Count ?? 0);

    public int Requests => Values.Sum(value => value.Load?.Samples.Count ?? 0);

    public override string ToString()
    {
        var (least, most) = (Values.Min(value => value.Wall), Values.Max(value => value.Wall));
        var requests = Requests == 0 ? "" : $"{Failed} of {Requests}" + string.Concat(Values.Where(value => value.Load?.Failed.Count > 0).Select(value => $" ({value.Load})"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {Name} | {MedianWall.TotalSeconds:0.00} ({least.TotalSeconds:0.00}-{most.TotalSeconds:0.00}) | {MedianLive.TotalSeconds:0.00} | {requests} |");
    }

    private static TimeSpan Median(IEnumerable<TimeSpan> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
