using System.Text.RegularExpressions;

namespace Slipway.Engine.Analysis;

/// <summary>Finds the names of environment variables that the code reads; a help for the user, so it may miss some.</summary>
internal static partial class VariableFinder
{
    private const int MaxNames = 200;

    private static readonly string[] Examples = [".env.example", ".env.sample", ".env.template", ".env.dist"];

    /// <summary>Set by Slipway, the web server or the system.</summary>
    private static readonly HashSet<string> Given = new(StringComparer.Ordinal)
    {
        "RAILS_ENV", "RACK_ENV", "STACK_PATH", "STACK_BASE", "STACK_GIT_BRANCH", "SECRET_KEY_BASE", "SERVER_NAME", "PRIMARY",
        "PORT", "BIND", "PIDFILE", "PATH", "HOME", "USER", "SHELL", "PWD", "LANG", "LC_ALL", "TMPDIR", "HOSTNAME", "TERM", "EDITOR",
        "CI", "GEM_HOME", "GEM_PATH", "RUBYOPT", "RUBYLIB", "SECRET_KEY_BASE_DUMMY", "BOOTSNAP_CACHE_DIR",
    };

    public static IReadOnlyList<string> Find(RepositorySnapshot repository)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (_, text) in repository.Code)
            names.UnionWith(ReadPattern().Matches(text).Select(match => match.Groups["name"].Value));
        foreach (var text in Examples.Select(repository.Text).OfType<string>())
            names.UnionWith(ExamplePattern().Matches(text).Select(match => match.Groups["name"].Value));
        return [.. names.Where(name => !Given.Contains(name) && !name.StartsWith("BUNDLE_", StringComparison.Ordinal)).Take(MaxNames)];
    }

    [GeneratedRegex("""\bENV(?:\[\s*|\.(?:fetch|key\?|has_key\?|include\?|dig)[ (]\s*)(['"])(?<name>[A-Za-z_][A-Za-z0-9_]{0,99})\1""")]
    private static partial Regex ReadPattern();

    [GeneratedRegex(@"^[ \t]*(?:export[ \t]+)?(?<name>[A-Za-z_][A-Za-z0-9_]{0,99})[ \t]*=", RegexOptions.Multiline)]
    private static partial Regex ExamplePattern();
}
