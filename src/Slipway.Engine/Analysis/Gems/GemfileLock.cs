using System.Text.RegularExpressions;

namespace Slipway.Engine.Analysis.Gems;

internal enum GemSourceKind { Server, Git, Path }

/// <summary>Where gems come from. A server source without addresses means the system's packages.</summary>
internal sealed record GemSource(GemSourceKind Kind, IReadOnlyList<string> Remotes, string? Revision = null, string? Branch = null);

internal sealed record LockedGem(string Name, string Version, GemSource Source, IReadOnlyList<string> Dependencies)
{
    /// <summary>Platforms of the prebuilt variants; empty when the gem is locked as source only.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];
}

/// <summary>A Gemfile.lock, read section by section.</summary>
internal sealed partial class GemfileLock
{
    private readonly Dictionary<string, LockedGem> _gems = new(StringComparer.Ordinal);
    private readonly List<string> _platforms = [];
    private readonly List<string> _dependencies = [];
    private readonly List<GemSource> _sources = [];

    /// <summary>One entry per name, whatever the number of platforms.</summary>
    public IReadOnlyDictionary<string, LockedGem> Gems => _gems;

    public IReadOnlyList<GemSource> Sources => _sources;

    public IReadOnlyList<string> Platforms => _platforms;

    /// <summary>Names of the gems that the Gemfile itself lists.</summary>
    public IReadOnlyList<string> Dependencies => _dependencies;

    /// <summary>As in "ruby 3.1.2p20", without the patch level.</summary>
    public string? RubyVersion { get; private set; }

    public string? BundlerVersion { get; private set; }

    public bool HasConflictMarkers { get; private set; }

    public bool HasGemServer => _sources.Any(source => source.Kind is GemSourceKind.Server && source.Remotes.Count > 0);

    public static GemfileLock Parse(string text)
    {
        var result = new GemfileLock();
        var section = "";
        var body = new List<string>();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("<<<<<<<", StringComparison.Ordinal) || line.StartsWith(">>>>>>>", StringComparison.Ordinal))
                result.HasConflictMarkers = true;
            if (line.Length > 0 && char.IsAsciiLetterUpper(line[0]))
            {
                result.Read(section, body);
                section = line.Trim();
                body.Clear();
            }
            else if (line.Trim() is not "")
            {
                body.Add(line);
            }
        }

        result.Read(section, body);
        return result;
    }

    /// <summary>The gems that are installed when these names are left out of the direct dependencies.</summary>
    public IReadOnlyList<LockedGem> Without(IReadOnlySet<string> excluded)
    {
        var pending = new Stack<string>(_dependencies.Where(name => !excluded.Contains(name)));
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (pending.TryPop(out var name))
        {
            if (!found.Add(name) || !_gems.TryGetValue(name, out var gem))
                continue;
            foreach (var dependency in gem.Dependencies)
                pending.Push(dependency);
        }

        return [.. _gems.Values.Where(gem => found.Contains(gem.Name)).OrderBy(gem => gem.Name, StringComparer.Ordinal)];
    }

    private void Read(string section, List<string> body)
    {
        switch (section)
        {
            case "GEM":
                ReadSource(GemSourceKind.Server, body);
                break;
            case "GIT":
                ReadSource(GemSourceKind.Git, body);
                break;
            case "PATH":
                ReadSource(GemSourceKind.Path, body);
                break;
            case "PLATFORMS":
                _platforms.AddRange(body.Select(line => line.Trim()));
                break;
            case "DEPENDENCIES":
                _dependencies.AddRange(body.Select(line => DependencyPattern().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value));
                break;
            case "RUBY VERSION":
                RubyVersion = RubyPattern().Match(body.FirstOrDefault() ?? "") is { Success: true } match ? match.Groups[1].Value : null;
                break;
            case "BUNDLED WITH":
                BundlerVersion = body.FirstOrDefault()?.Trim();
                break;
        }
    }

    private void ReadSource(GemSourceKind kind, List<string> body)
    {
        string? Option(string name) => Options(name).FirstOrDefault();
        IEnumerable<string> Options(string name) => body
            .Where(line => line.StartsWith($"  {name}: ", StringComparison.Ordinal)).Select(line => line[(name.Length + 4)..].Trim());
        var source = new GemSource(kind, [.. Options("remote")], Option("revision"), Option("branch"));
        _sources.Add(source);
        LockedGem? current = null;
        var dependencies = new List<string>();
        foreach (var line in body)
        {
            if (SpecPattern().Match(line) is { Success: true } spec)
            {
                dependencies = [];
                current = Add(spec.Groups[1].Value, spec.Groups[2].Value, source, dependencies);
            }
            else if (current is not null && line.StartsWith("      ", StringComparison.Ordinal) && DependencyPattern().Match(line) is { Success: true } match)
            {
                dependencies.Add(match.Groups[1].Value);
            }
        }
    }

    private LockedGem Add(string name, string versionAndPlatform, GemSource source, List<string> dependencies)
    {
        var parts = versionAndPlatform.Split('-', 2);
        if (_gems.TryGetValue(name, out var known))
            dependencies.AddRange(known.Dependencies);
        string[] platforms = [.. known?.Platforms ?? [], .. parts.Skip(1)];
        return _gems[name] = new LockedGem(name, parts[0], source, dependencies) { Platforms = platforms };
    }

    [GeneratedRegex(@"^    ([^\s(]+) \(([^)\s]+)\)\s*$")]
    private static partial Regex SpecPattern();

    [GeneratedRegex(@"^\s+([^\s(!]+)!?(?: \([^)]*\))?!?\s*$")]
    private static partial Regex DependencyPattern();

    [GeneratedRegex(@"^\s+ruby (\d+(?:\.\d+)*(?:\.?(?:preview|rc|dev)\d*)?)")]
    private static partial Regex RubyPattern();
}
