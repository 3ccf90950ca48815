using System.Text.RegularExpressions;

namespace Slipway.Engine.Analysis.Gems;

/// <summary>What versions will do, as in a Gemfile: "3.1.2", "~> 3.1", ">= 3.0, < 3.4".</summary>
internal sealed partial class GemRequirement
{
    private readonly IReadOnlyList<(string Operator, GemVersion Version)> _parts;

    private GemRequirement(string text, IReadOnlyList<(string Operator, GemVersion Version)> parts)
    {
        Text = text;
        _parts = parts;
    }

    public string Text { get; }

    /// <summary>The version, when exactly one is named.</summary>
    public GemVersion? Exact => _parts is [("=", var version)] ? version : null;

    public static GemRequirement? TryParse(IReadOnlyCollection<string> texts)
    {
        var parts = new List<(string, GemVersion)>();
        foreach (var text in texts.SelectMany(text => text.Split(',')).Select(text => text.Trim()))
        {
            var match = PartPattern().Match(text);
            if (!match.Success || GemVersion.TryParse(match.Groups["version"].Value) is not { } version)
                return null;
            parts.Add((match.Groups["operator"].Value is "" ? "=" : match.Groups["operator"].Value, version));
        }

        return parts.Count == 0 ? null : new GemRequirement(string.Join(", ", texts), parts);
    }

    public bool IsSatisfiedBy(GemVersion version) => _parts.All(part => Satisfies(version, part.Operator, part.Version));

    private static bool Satisfies(GemVersion version, string comparison, GemVersion bound) => comparison switch
    {
        "=" => version.CompareTo(bound) == 0,
        "!=" => version.CompareTo(bound) != 0,
        ">" => version.CompareTo(bound) > 0,
        "<" => version.CompareTo(bound) < 0,
        ">=" => version.CompareTo(bound) >= 0,
        "<=" => version.CompareTo(bound) <= 0,
        _ => version.CompareTo(bound) >= 0 && version.CompareTo(bound.Bump()) < 0,
    };

    [GeneratedRegex(@"^(?<operator>=|!=|>=|<=|~>|>|<)?\s*(?<version>[0-9][0-9A-Za-z.]*)$")]
    private static partial Regex PartPattern();
}
