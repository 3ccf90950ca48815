namespace Slipway.Engine.Analysis.Gems;

/// <summary>Gemfile and Gemfile.lock together: what an environment installs.</summary>
internal sealed class Bundle
{
    private static readonly string[] LeftOut = ["development", "test"];

    private readonly HashSet<string> _names;
    private readonly HashSet<string> _direct;

    private Bundle(Gemfile? gemfile, GemfileLock? locked, string environment)
    {
        Gemfile = gemfile;
        Lock = locked;
        var excluded = gemfile?.OnlyIn([.. LeftOut.Where(group => group != environment)]) ?? new HashSet<string>();
        Gems = locked?.Without(excluded) ?? [];
        var listed = (gemfile?.Gems ?? []).Select(gem => gem.Name).Concat(locked?.Dependencies ?? []);
        _direct = listed.Where(name => !excluded.Contains(name)).ToHashSet(StringComparer.Ordinal);
        _names = _direct.Concat(Gems.Select(gem => gem.Name)).ToHashSet(StringComparer.Ordinal);
    }

    public Gemfile? Gemfile { get; }

    public GemfileLock? Lock { get; }

    public bool HasGemfile => Gemfile is not null;

    /// <summary>The locked gems of the environment; none without a lock.</summary>
    public IReadOnlyList<LockedGem> Gems { get; }

    public bool HasGemSource => Lock?.HasGemServer ?? Gemfile?.Sources.Count > 0;

    /// <summary>Names of the gems that the Gemfile itself lists for the environment.</summary>
    public IReadOnlyList<string> Listed => [.. _direct.Order(StringComparer.Ordinal)];

    /// <summary>The gem is installed, be it listed or needed by another.</summary>
    public bool Has(string name) => _names.Contains(name);

    /// <summary>The Gemfile itself lists the gem.</summary>
    public bool Lists(string name) => _direct.Contains(name);

    public static Bundle Read(RepositorySnapshot repository, string environment, Remarks remarks)
    {
        var gemfile = repository.Text("Gemfile") is { } text ? Gemfile.Parse(text) : null;
        var locked = gemfile is not null && repository.Text("Gemfile.lock") is { } lockText ? GemfileLock.Parse(lockText) : null;
        var bundle = new Bundle(gemfile, locked, environment);
        bundle.Report(repository, remarks);
        return bundle;
    }

    private void Report(RepositorySnapshot repository, Remarks remarks)
    {
        if (Gemfile is null)
        {
            if (repository.Has("Gemfile"))
                remarks.Problems.Add("The Gemfile is not a text file that can be read.");
            return;
        }

        if (Lock is null)
        {
            remarks.Notes.Add("There is no Gemfile.lock: every deployment may get other versions of the gems. Commit the lock that bundle install makes.");
            return;
        }

        if (Lock.HasConflictMarkers)
            remarks.Problems.Add("Gemfile.lock has the marks of an unresolved merge (<<<<<<<). Resolve it, run bundle install and commit the result.");
        if (!HasGemSource && Gems.Count > 0)
            remarks.Notes.Add("Gemfile.lock names no gem server, so the gems come from the packages of the server's distribution.");
        foreach (var source in Lock.Sources.Where(source => source.Kind is GemSourceKind.Git))
            remarks.Notes.Add($"A gem comes from the git repository {GitName(source)}; the servers fetch it themselves and need access to it.");
        foreach (var remote in Lock.Sources.Where(source => source.Kind is GemSourceKind.Path).SelectMany(source => source.Remotes).Where(IsOutside))
            remarks.Problems.Add($"A gem comes from the path {remote}, which is outside of the repository and will not be on the servers.");
        if (Lock.Platforms.Count > 0 && !Lock.Platforms.Any(platform => platform is "ruby" || platform.Contains("linux", StringComparison.Ordinal)))
            remarks.Notes.Add($"Gemfile.lock is made for {string.Join(", ", Lock.Platforms)} only. Run bundle lock --add-platform x86_64-linux (or aarch64-linux) and commit the result.");
    }

    private static string GitName(GemSource source)
    {
        var remote = source.Remotes is [var first, ..] ? first : "";
        var at = remote.IndexOf('@', StringComparison.Ordinal);
        return remote.Contains("://", StringComparison.Ordinal) && at > 0 ? string.Concat(remote[..(remote.IndexOf("://", StringComparison.Ordinal) + 3)], remote[(at + 1)..]) : remote;
    }

    private static bool IsOutside(string path)
    {
        if (path.StartsWith('/') || path.StartsWith('~'))
            return true;
        var depth = 0;
        foreach (var part in path.Split('/'))
        {
            depth += part is ".." ? -1 : part is "." or "" ? 0 : 1;
            if (depth < 0)
                return true;
        }

        return false;
    }
}
