namespace Slipway.Engine.Analysis;

/// <summary>What the parts of an analysis have to say to people, in the order found.</summary>
internal sealed class Remarks
{
    private const int MaxShown = 40;
    private const int MaxLength = 600;

    public List<string> Problems { get; } = [];

    public List<string> CannotDo { get; } = [];

    public List<string> Notes { get; } = [];

    /// <summary>For people: remarks quote the repository, which may be hostile, so their number and length are limited.</summary>
    public static IReadOnlyList<string> Shown(IReadOnlyCollection<string> remarks)
    {
        var shown = remarks.Take(MaxShown).Select(remark => new string([.. remark.Where(c => !char.IsControl(c)).Take(MaxLength)])).ToList();
        if (remarks.Count > MaxShown)
            shown.Add($"... and {remarks.Count - MaxShown} more.");
        return shown;
    }
}
