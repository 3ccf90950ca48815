namespace Slipway.Engine.Commands;

/// <summary>git on a server, in the stack's cached copy.</summary>
internal static class RemoteGitCommands
{
    private const string Known = "refs/slipway";

    public static IReadOnlyList<string> ListKnown { get; } = ["git", "for-each-ref", "--format=%(objectname)", Known];

    public static IReadOnlyList<string> Init(string repository) => ["git", "init", "--quiet", "--bare", repository];

    /// <summary>Takes a pack from standard input.</summary>
    public static IReadOnlyList<string> ReceivePack { get; } = ["git", "index-pack", "--stdin", "--fix-thin"];

    /// <summary>Remembers the commit, so that it is known next time, and writes its files.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> CheckOut(string commit) =>
    [
        ["git", "update-ref", $"{Known}/{commit}", commit],
        ["git", "read-tree", commit],
        ["git", "checkout-index", "--all", "--force"],
    ];

    public static IReadOnlyList<string> Forget(string commit) => ["git", "update-ref", "-d", $"{Known}/{commit}"];

    /// <summary>For commands on the bare repository itself.</summary>
    public static IReadOnlyDictionary<string, string> Environment(string repository) => new Dictionary<string, string>
    {
        ["GIT_DIR"] = repository,
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
    };

    /// <summary>For a checkout into a directory.</summary>
    /// <param name="repository">The bare repository.</param>
    /// <param name="index">An index of its own for each checkout, so that none disturbs another.</param>
    /// <param name="directory">Where the files go.</param>
    public static IReadOnlyDictionary<string, string> CheckOutEnvironment(string repository, string index, string directory) =>
        new Dictionary<string, string>(Environment(repository))
        {
            ["GIT_INDEX_FILE"] = index,
            ["GIT_WORK_TREE"] = directory,
        };
}
