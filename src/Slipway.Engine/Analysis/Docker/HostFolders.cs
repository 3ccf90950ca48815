namespace Slipway.Engine.Analysis.Docker;

/// <summary>
/// Folders of a server that no container sees, whatever the stack may: through them it would be another stack, Slipway, Docker or the kernel.
/// That guards against mistakes. Who may mount folders and wants the whole server finds a way to it.
/// </summary>
internal static class HostFolders
{
    private static readonly IReadOnlyList<string> Closed =
    [
        "/boot", "/dev", "/proc", "/root", "/run", "/sys", "/var/run",
        "/etc/docker", "/etc/mysql", "/etc/nginx", "/etc/postgresql", "/etc/redis", "/etc/slipway", "/etc/ssh", "/etc/systemd", "/opt/slipway", "/usr/local/lib/slipway",
        "/var/cache/slipway", "/var/deploy", "/var/lib/containerd", "/var/lib/docker", "/var/lib/mysql", "/var/lib/postgresql", "/var/lib/redis", "/var/lib/slipway",
    ];

    /// <summary>The closed folder that would be reached through a path: it is that folder, lies in it, or holds it. Null when there is none.</summary>
    public static string? FindClosed(string path)
    {
        var folder = path.TrimEnd('/') + "/";
        return Closed.FirstOrDefault(closed => folder.StartsWith(closed + "/", StringComparison.Ordinal) || (closed + "/").StartsWith(folder, StringComparison.Ordinal));
    }
}
