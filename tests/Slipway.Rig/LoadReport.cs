using System.Globalization;

namespace Slipway.Rig;

/// <summary>One request: when it was sent, how long the whole answer took, and from which commit it came.</summary>
public sealed record LoadSample(TimeSpan Start, TimeSpan Duration, int? Status, string? Revision, string? Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Longer than several tests at once on a slow machine keep a request waiting, and shorter than what a gap in a switch would: nginx waits a minute.
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(30);

    public bool HasFailed => IsBroken || IsSlow;

    public bool IsBroken => Status is not 200;

    public bool IsSlow => Duration > Patience;

    public bool IsLost => IsBroken || Duration > LastPatience;
}

public sealed record LoadReport(IReadOnlyList<LoadSample> Samples)
{
    public IReadOnlyList<LoadSample> Failed => [.. Samples.Where(sample => sample.HasFailed)];

    /// <summary>Those without a good answer, however long a busy machine took for the others.</summary>
    public IReadOnlyList<LoadSample> Broken => [.. Samples.Where(sample => sample.IsBroken)];

    /// <summary>Those whose visitor has given up.</summary>
    public IReadOnlyList<LoadSample> Lost => [.. Samples.Where(sample => sample.IsLost)];

    /// <summary>The commits that answered, in the order of their first answer.</summary>
    public IReadOnlyList<string> Revisions => [.. Samples.Select(sample => sample.Revision).OfType<string>().Distinct()];

    public TimeSpan Slowest => Samples.Count is 0 ? TimeSpan.Zero : Samples.Max(sample => sample.Duration);

    /// <summary>When the first good answer of that commit was complete, counted from the start of the load.</summary>
    public TimeSpan? LiveAt(string revision) => Samples
        .Where(sample => sample.Revision == revision && !sample.IsBroken)
        .Select(sample => (TimeSpan?)(sample.Start + sample.Duration))
        .Min();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Samples.Count} requests, {Broken.Count} broken, {Samples.Count(sample => sample.IsSlow)} slow ({string.Join(", ", Failed.Select(Describe).Distinct().Take(5))}), slowest {Slowest.TotalSeconds:0.000} s");

    private static string Describe(LoadSample sample) =>
        sample.Error ?? string.Create(CultureInfo.InvariantCulture, $"status {sample.Status}");
}
