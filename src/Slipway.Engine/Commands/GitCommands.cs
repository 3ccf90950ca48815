namespace Slipway.Engine.Commands;

/// <summary>The argument lists of git on the control plane. Whatever users name stands behind "--" or inside one argument that begins with our text.</summary>
internal static class GitCommands
{
    public const string CommitFormat = "--format=%H%x00%s%x00%an <%ae>%x00%ct";

    /// <summary>Settings of every call: no hooks, no redirects to unchecked hosts, no line that sleeps for ever, no housekeeping behind our back.</summary>
    private static readonly string[] Settings =
    [
        "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
        "-c", "http.followRedirects=false", "-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30",
        "-c", "i18n.logOutputEncoding=UTF-8", "-c", "fetch.recurseSubmodules=no",
    ];

    public static IReadOnlyList<string> Clone(string address, string directory, IReadOnlyList<string> network) =>
        [.. Settings, .. network, "clone", "--quiet", "--bare", "--template=", "--", address, directory];

    public static IReadOnlyList<string> Fetch(string repository, string address, IReadOnlyList<string> network) =>
    [
        .. Settings, .. network, $"--git-dir={repository}", "fetch", "--quiet", "--prune", "--force", "--no-tags", "--no-write-fetch-head",
        "--", address, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*",
    ];

    /// <summary>Repacks once in some thousand fetches, before loose objects make every read slow.</summary>
    public static IReadOnlyList<string> Housekeeping(string repository) =>
        [.. Settings, "-c", "gc.auto=6700", "-c", "gc.autoDetach=false", $"--git-dir={repository}", "gc", "--auto", "--quiet"];

    /// <summary>Pins a checked address for http and https.</summary>
    public static IReadOnlyList<string> Pin(string host, int port, IEnumerable<string> addresses) =>
        ["-c", $"http.curloptResolve={host}:{port}:{string.Join(',', addresses)}"];

    public static IReadOnlyList<string> ShowCommit(string repository, string revision) =>
        [.. Settings, $"--git-dir={repository}", "log", "-1", "--no-show-signature", CommitFormat, "--end-of-options", revision + "^{commit}", "--"];

    public static IReadOnlyList<string> ListBranches(string repository) =>
        [.. Settings, $"--git-dir={repository}", "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/"];

    /// <summary>Reads the commit of every branch, so it fails when one is missing or damaged.</summary>
    public static IReadOnlyList<string> ReadHeads(string repository) =>
        [.. Settings, $"--git-dir={repository}", "for-each-ref", "--format=%(tree)", "refs/heads/"];

    public static IReadOnlyList<string> DefaultBranch(string repository) =>
        [.. Settings, $"--git-dir={repository}", "symbolic-ref", "--quiet", "--short", "HEAD"];

    public static IReadOnlyList<string> ListFiles(string repository, string commit) =>
        [.. Settings, $"--git-dir={repository}", "ls-tree", "-r", "-z", "-l", "--full-tree", commit];

    /// <summary>Reads "object" lines from standard input and answers with kind and size.</summary>
    public static IReadOnlyList<string> DescribeObjects(string repository) =>
        [.. Settings, $"--git-dir={repository}", "cat-file", "--batch-check"];

    public static IReadOnlyList<string> ReadObjects(string repository) =>
        [.. Settings, $"--git-dir={repository}", "cat-file", "--batch"];

    public static IReadOnlyList<string> NewCommits(string repository, string commit, IEnumerable<string> known) =>
        [.. Settings, $"--git-dir={repository}", "rev-list", "--max-count=1", commit, "--not", .. known];

    /// <summary>Writes a pack of the revisions on standard input, without what is reachable from those with a ^.</summary>
    public static IReadOnlyList<string> Pack(string repository) =>
        [.. Settings, $"--git-dir={repository}", "pack-objects", "--revs", "--thin", "--stdout", "--delta-base-offset", "--quiet"];
}
