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
    public static IReadOnlyList<IReadOnlyList<string>> CheckOut(string commit, string directory) =>
    [
        ["git", "update-ref", $"{Known}/{commit}", commit],
        ["git", "read-tree", commit],
        ["git", "checkout-index", "--all", "--force", $"--prefix={directory}/"],
    ];

    public static IReadOnlyList<string> Forget(string commit) => ["git", "update-ref", "-d", $"{Known}/{commit}"];

    /// <param name="repository">The bare repository.</param>
    /// <param name="index">An index of its own for each checkout, so that none disturbs another; null for commands that need none.</param>
    public static IReadOnlyDictionary<string, string> Environment(string repository, string? index)
    {
        var environment = new Dictionary<string, string>
        {
            ["GIT_DIR"] = repository,
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        };
        if (index is not null)
            environment["GIT_INDEX_FILE"] = index;
        return environment;
    }
}
