using System.Globalization;

namespace Slipway.Engine.Commands;

internal static class SystemdCommands
{
    public static IReadOnlyList<string> DaemonReload { get; } = ["systemctl", "daemon-reload"];

    /// <summary>Starts the unit now, anew when it runs, and with the machine from now on.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> EnableAndRestart(string unit) =>
        [["systemctl", "enable", "--quiet", "--", unit], ["systemctl", "restart", "--", unit]];

    /// <summary>Lines of a unit by which the kernel drops packets from and to everywhere else.</summary>
    public static string OnlyFrom(IEnumerable<string> addresses) =>
        $"IPAddressDeny=any\nIPAddressAllow={string.Join(' ', (string[])["localhost", .. addresses])}";

    /// <summary>A drop-in for units that listen on addresses of the network.</summary>
    public const string AfterNetwork = "# Written by Slipway; changes are overwritten.\n[Unit]\nWants=network-online.target\nAfter=network-online.target\n";

    public static IReadOnlyList<string> Restart(string unit) => ["systemctl", "restart", "--", unit];

    /// <summary>Does nothing to a unit that does not run.</summary>
    public static IReadOnlyList<string> TryReload(string unit) => ["systemctl", "try-reload-or-restart", "--", unit];

    public static IReadOnlyList<string> Start(IReadOnlyList<string> units) => ["systemctl", "start", "--", .. units];

    public static IReadOnlyList<string> Stop(string units) => ["systemctl", "stop", "--", units];

    /// <summary>Stops a unit that may not be there: a pattern that nothing fits is no error.</summary>
    public static IReadOnlyList<string> StopIfThere(string unit) => Stop(unit[..^1] + $"[{unit[^1]}]");

    /// <summary>A unit that failed is otherwise remembered until the next start of the machine.</summary>
    public static IReadOnlyList<string> ResetFailed(string units) => ["systemctl", "reset-failed", "--", units];

    public static IReadOnlyList<string> IsActive(string unit) => ["systemctl", "is-active", "--quiet", "--", unit];

    /// <summary>Prints lines like ActiveState=active. A unit that is always started again looks active most of the time; NRestarts tells.</summary>
    public static IReadOnlyList<string> State(string unit) => ["systemctl", "show", "--property=ActiveState,NRestarts", "--", unit];

    public static IReadOnlyList<string> LastOutput(string unit, int lines) =>
        ["journalctl", $"--unit={unit}", "--no-pager", "--output=cat", $"--lines={lines.ToString(CultureInfo.InvariantCulture)}"];

    /// <summary>Pattern of all units of a stack's runs.</summary>
    public static string UnitsOfStack(string slug) => UnitsOfRun(slug, "*");

    /// <summary>Pattern of all units of a run.</summary>
    public static string UnitsOfRun(string slug, string run) => $"slipway-{slug}-*@{run}.service";

    /// <summary>Where the units are that Slipway wrote.</summary>
    public const string UnitDirectory = "/etc/systemd/system";

    /// <summary>Where the links are by which units are started with the machine.</summary>
    public const string WantsDirectory = UnitDirectory + "/multi-user.target.wants";

    /// <summary>The link by which a unit is started with the machine. It is all that enabling means, and needs no reload.</summary>
    public static string WantsLink(string unit) => $"{WantsDirectory}/{unit}";

    public static string TemplateFile(string unit) => $"/etc/systemd/system/{unit[..(unit.IndexOf('@', StringComparison.Ordinal) + 1)]}.service";
}
