using System.Globalization;

namespace Slipway.Engine.Commands;

/// <summary>apt and dpkg without questions: nothing is asked, changed configuration files stay, no service is restarted behind our back.</summary>
internal static class AptCommands
{
    /// <summary>Touched by each successful refresh; apt's own files keep the times of the mirror.</summary>
    public const string ListsStamp = "/var/cache/slipway/package-lists";

    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["NEEDRESTART_SUSPEND"] = "1",
        ["APT_LISTCHANGES_FRONTEND"] = "none",
        ["LC_ALL"] = "C.UTF-8",
    };

    /// <summary>Prints a line "package status" for each package that dpkg has heard of.</summary>
    public static IReadOnlyList<string> Query(IEnumerable<string> packages) =>
        ["dpkg-query", "--show", "--showformat", @"${Package} ${db:Status-Status}\n", "--", .. packages];

    /// <summary>Prints something when the lists are less than a day old.</summary>
    public static IReadOnlyList<string> FindFreshLists() =>
        ["find", "/var/lib/apt/lists", ListsStamp, "-maxdepth", "0", "-mmin", "-1440"];

    public static IReadOnlyList<IReadOnlyList<string>> Refresh() =>
        [["apt-get", "update", "--quiet=2"], ["install", "-D", "--mode=644", "/dev/null", ListsStamp]];

    /// <summary>Removes nothing that is there, even where something else needs its place.</summary>
    public static IReadOnlyList<string> Install(IEnumerable<string> packages, TimeSpan lockTimeout) =>
    [
        "apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", "--no-remove",
        "-o", "DPkg::Lock::Timeout=" + ((int)lockTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold", "-o", "Dpkg::Use-Pty=0",
        "--", .. packages,
    ];

    /// <summary>Finishes what an interrupted dpkg left.</summary>
    public static IReadOnlyList<string> Recover() => ["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"];
}
