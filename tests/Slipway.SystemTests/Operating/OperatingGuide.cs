using Slipway.Rig;

namespace Slipway.SystemTests.Operating;

/// <summary>The blocks of docs/operating.md, as an operator would copy them.</summary>
internal static class OperatingGuide
{
    private const string Fence = "```";

    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Testbed.Repository.FullName, "docs/operating.md"));

    /// <summary>The block that has this line in it.</summary>
    public static string BlockWith(string line)
    {
        var at = Array.FindIndex(Lines, text => text.StartsWith(line, StringComparison.Ordinal));
        Assert.True(at >= 0, $"docs/operating.md has no line that begins with {line}.");
        var (from, to) = (Array.LastIndexOf(Lines, Fence, at), Array.IndexOf(Lines, Fence, at));
        Assert.True(from >= 0 && to > at, $"{line} stands in no block of docs/operating.md.");
        return string.Join('\n', Lines[(from + 1)..to]) + "\n";
    }

    /// <summary>A single line of a block.</summary>
    public static string Line(string start) => BlockWith(start).Split('\n').First(line => line.StartsWith(start, StringComparison.Ordinal));
}
