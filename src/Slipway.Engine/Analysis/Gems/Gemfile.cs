using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Engine.Analysis.Gems;

internal sealed record GemfileEntry(string Name, IReadOnlyList<string> Versions, IReadOnlyList<string> Groups, bool IsElsewhere);

/// <summary>
/// What patterns can tell of a Gemfile. It is Ruby code and never executed; where the lock says otherwise, the lock is right.
/// </summary>
internal sealed partial class Gemfile
{
    private const int MaxLines = 5000;
    private const int MaxStatement = 2000;

    private readonly List<GemfileEntry> _gems = [];
    private readonly List<string> _sources = [];

    public IReadOnlyList<GemfileEntry> Gems => _gems;

    public IReadOnlyList<string> Sources => _sources;

    /// <summary>The version texts of the ruby line; empty when there is none that can be read.</summary>
    public IReadOnlyList<string> Ruby { get; private set; } = [];

    /// <summary>The file that the ruby line reads the version from.</summary>
    public string? RubyFile { get; private set; }

    /// <summary>Another engine than MRI: jruby, truffleruby.</summary>
    public string? Engine { get; private set; }

    public static Gemfile Parse(string text)
    {
        var result = new Gemfile();
        var blocks = new Stack<IReadOnlyList<string>>();
        foreach (var line in Statements(text))
            result.Read(line, blocks);
        return result;
    }

    /// <summary>Gems that are listed for development and test only.</summary>
    public IReadOnlySet<string> OnlyIn(params string[] groups) =>
        _gems.GroupBy(gem => gem.Name)
            .Where(entries => entries.All(gem => gem.Groups.Count > 0 && gem.Groups.All(groups.Contains)))
            .Select(entries => entries.Key).ToHashSet(StringComparer.Ordinal);

    private void Read(string line, Stack<IReadOnlyList<string>> blocks)
    {
        if (line is "end" || line.StartsWith("end ", StringComparison.Ordinal))
        {
            blocks.TryPop(out _);
            return;
        }

        if (GemPattern().Match(line) is { Success: true } gem)
            AddGem(gem.Groups["name"].Value, gem.Groups["rest"].Value, [.. blocks.SelectMany(groups => groups).Distinct()]);
        else if (RubyPattern().Match(line) is { Success: true } ruby)
            ReadRuby(ruby.Groups["rest"].Value);
        else if (SourcePattern().Match(line) is { Success: true } source)
            _sources.Add(source.Groups["url"].Success ? source.Groups["url"].Value : "https://rubygems.org");

        if (GroupPattern().Match(line) is { Success: true } group)
            blocks.Push(Names(group.Groups["names"].Value));
        else if (OpensBlock().IsMatch(line))
            blocks.Push([]);
    }

    private void AddGem(string name, string rest, IReadOnlyList<string> outerGroups)
    {
        var versions = new List<string>();
        var match = VersionPattern().Match(rest);
        while (match.Success)
        {
            versions.Add(match.Groups["text"].Value);
            rest = rest[match.Length..];
            match = VersionPattern().Match(rest);
        }

        var option = GroupOptionPattern().Match(rest);
        string[] groups = option.Success ? [.. outerGroups, .. Names(option.Groups["names"].Value)] : [.. outerGroups];
        _gems.Add(new GemfileEntry(name, versions, groups, ElsewherePattern().IsMatch(rest)));
    }

    private void ReadRuby(string rest)
    {
        if (EnginePattern().Match(rest) is { Success: true } engine && engine.Groups["name"].Value is not "ruby")
            Engine = engine.Groups["name"].Value;
        if (RubyFilePattern().Match(rest) is { Success: true } file)
        {
            RubyFile = file.Groups["name"].Value;
            return;
        }

        rest = RubyOptionPattern().Replace(rest, "");
        Ruby = [.. StringPattern().Matches(rest).Select(match => match.Groups["text"].Value).Where(text => char.IsAsciiDigit(text.TrimStart('~', '>', '<', '=', '!', ' ').FirstOrDefault()))];
    }

    private static List<string> Names(string text) => [.. NamePattern().Matches(text).Select(match => match.Value)];

    /// <summary>Lines without comments; a statement that goes on after a comma or backslash becomes one line.</summary>
    private static IEnumerable<string> Statements(string text)
    {
        var statement = new StringBuilder();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n').Take(MaxLines).Select(WithoutComment))
        {
            statement.Append(statement.Length > 0 ? " " : "").Append(line.TrimEnd('\\'));
            if (line.EndsWith(',') || line.EndsWith('\\'))
                continue;
            foreach (var part in Plain(statement).Split(';'))
                yield return part.Trim();
            statement.Clear();
        }

        yield return Plain(statement);
    }

    /// <summary>Short and with single spaces, so that no pattern takes long on a hostile line.</summary>
    private static string Plain(StringBuilder statement) =>
        Spaces().Replace(statement.ToString(0, Math.Min(statement.Length, MaxStatement)), " ").Trim();

    private static string WithoutComment(string line)
    {
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            if (quote is not '\0')
                quote = line[i] == quote ? '\0' : quote;
            else if (line[i] is '"' or '\'')
                quote = line[i];
            else if (line[i] is '#')
                return line[..i].Trim();
        }

        return line.Trim();
    }

    [GeneratedRegex("""^gem[\s(]+(['"])(?<name>[A-Za-z0-9._-]+)\1(?<rest>.*)$""")]
    private static partial Regex GemPattern();

    [GeneratedRegex("""^\s*,\s*(['"])(?<text>[^'"]*)\1(?!\s*=>)""")]
    private static partial Regex VersionPattern();

    [GeneratedRegex("""(?::groups?\s*=>|\bgroups?:)\s*(?<names>\[[^\]]*\]|%[iw].[^\])}]*|:\w+|['"]\w+['"])""")]
    private static partial Regex GroupOptionPattern();

    [GeneratedRegex("""(?::(?:path|git|github|gist|bitbucket)\s*=>|\b(?:path|git|github|gist|bitbucket):)""")]
    private static partial Regex ElsewherePattern();

    [GeneratedRegex(@"^group[ (]{1,3}(?<names>.*?)\)?\s+do\b")]
    private static partial Regex GroupPattern();

    [GeneratedRegex(@"\bdo(\s*\|[^|]*\|)?$|^(if|unless|case|begin|while|until|def|class|module)\b")]
    private static partial Regex OpensBlock();

    [GeneratedRegex(@"\s{2,}")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^ruby[\s(]+(?<rest>.*)$")]
    private static partial Regex RubyPattern();

    [GeneratedRegex("""(?:\bfile:|:file\s*=>|(?:File|IO)\.read\w*\(?)\s*(?:File\.\w+\()?\s*(['"])(?<name>[^'"]+)\1""")]
    private static partial Regex RubyFilePattern();

    [GeneratedRegex("""(?:\bengine:|:engine\s*=>)\s*['":]?(?<name>\w+)""")]
    private static partial Regex EnginePattern();

    [GeneratedRegex("""(?:\b(?:engine|engine_version|patchlevel):|:(?:engine|engine_version|patchlevel)\s*=>)\s*(?:['"][^'"]*['"]|:\w+|\w+)""")]
    private static partial Regex RubyOptionPattern();

    [GeneratedRegex("""(['"])(?<text>[^'"]*)\1""")]
    private static partial Regex StringPattern();

    [GeneratedRegex("""^source[\s(]+(?:(['"])(?<url>[^'"]+)\1|:\w+)""")]
    private static partial Regex SourcePattern();

    [GeneratedRegex(@"(?<![%\w])\w+")]
    private static partial Regex NamePattern();
}
