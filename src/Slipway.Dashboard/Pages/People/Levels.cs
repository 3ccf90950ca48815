using System.Globalization;

namespace Slipway.Dashboard.Pages.People;

/// <summary>The access levels, each with what it adds to the ones before.</summary>
internal static class Levels
{
    public static readonly IReadOnlyList<(int Code, string Name, string Text)> All =
    [
        (0, "none", "sees nothing"),
        (10, "view", "looks at stacks, deployments and logs"),
        (20, "deploy", "deploys, cancels, rolls back"),
        (30, "control", "scales and restarts"),
        (40, "shell", "gets the servers' keys, runs commands and opens terminals in containers"),
        (50, "delete", "deletes stacks"),
        (60, "admin", "changes settings, variables and servers"),
    ];

    public static string NameOf(int code) => All.FirstOrDefault(level => level.Code == code).Name ?? code.ToString(CultureInfo.InvariantCulture);
}
