namespace Slipway.Engine.Commands;

/// <summary>A machine's own name.</summary>
internal static class HostNames
{
    public const string NamePath = "/etc/hostname";
    public const string HostsPath = "/etc/hosts";
    private const string OwnAddress = "127.0.1.1";

    /// <summary>Until the next start of the machine; the file tells it from then on.</summary>
    public static IReadOnlyList<string> Set(string name) => ["hostname", "--", name];

    /// <summary>
    /// Writes standard input into a file that is there. Both files may be mounts of their own, which can be written to but not replaced.
    /// </summary>
    public static IReadOnlyList<string> Overwrite(string path) => ["tee", "--output-error=exit", "--", path];

    /// <summary>
    /// The hosts file with a line by which the machine finds itself, as Debian's installer writes it. sudo looks itself up at every call, and waits
    /// for name servers otherwise.
    /// </summary>
    public static string WithOwnName(string hosts, string name)
    {
        var line = $"{OwnAddress}\t{name}";
        var lines = hosts.TrimEnd('\n').Split('\n').Where(text => text.Split(' ', '\t')[0] != OwnAddress).ToList();
        var local = lines.FindIndex(text => text.StartsWith("127.0.0.1", StringComparison.Ordinal));
        lines.Insert(local + 1, line);
        return string.Join('\n', lines) + "\n";
    }
}
