using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Slipway.Engine.Analysis.Gems;

/// <summary>A version as RubyGems compares them: numbers are greater than letters, letters make a prerelease, trailing zeros do not count.</summary>
internal sealed partial class GemVersion : IComparable<GemVersion>, IEquatable<GemVersion>
{
    private readonly string _text;
    private readonly object[] _segments;

    private GemVersion(string text)
    {
        _text = text;
        _segments = [.. SegmentPattern().Matches(text).Select(match => match.Value).Select(Segment)];
    }

    /// <summary>How many segments were written: "~&gt; 3.1" and "~&gt; 3.1.0" differ by it.</summary>
    public int Precision => _segments.Length;

    public static GemVersion? TryParse(string text) =>
        VersionPattern().IsMatch(text) ? new GemVersion(text) : null;

    /// <summary>The first version that "~&gt;" of this one excludes: 4 for 3.1, 3.2 for 3.1.4.</summary>
    public GemVersion Bump()
    {
        var numbers = _segments.TakeWhile(segment => segment is BigInteger).Cast<BigInteger>().ToList();
        if (numbers.Count > 1)
            numbers.RemoveAt(numbers.Count - 1);
        numbers[^1]++;
        return new GemVersion(string.Join('.', numbers));
    }

    /// <summary>The same minor series: 3.1.4 and 3.1.2.</summary>
    public bool IsSameSeries(GemVersion other) => At(0).Equals(other.At(0)) && At(1).Equals(other.At(1));

    public int CompareTo(GemVersion? other)
    {
        if (other is null)
            return 1;
        for (var i = 0; i < Math.Max(_segments.Length, other._segments.Length); i++)
        {
            var order = (At(i), other.At(i)) switch
            {
                (BigInteger left, BigInteger right) => left.CompareTo(right),
                (string left, string right) => string.CompareOrdinal(left, right),
                (string, _) => -1,
                _ => 1,
            };
            if (order != 0)
                return order;
        }

        return 0;
    }

    public bool Equals(GemVersion? other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => Equals(obj as GemVersion);

    public override int GetHashCode() => At(0).GetHashCode();

    public override string ToString() => _text;

    private object At(int index) => index < _segments.Length ? _segments[index] : BigInteger.Zero;

    private static object Segment(string text) =>
        BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : text;

    [GeneratedRegex(@"^\d{1,20}(\.[0-9A-Za-z]{1,20}){0,10}$")]
    private static partial Regex VersionPattern();

    [GeneratedRegex("[0-9]+|[a-zA-Z]+")]
    private static partial Regex SegmentPattern();
}
