using System.Security.Cryptography;
using System.Text;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Commands;

/// <summary>A stack's own Redis, an instance of the distribution's template unit.</summary>
internal static class RedisConfig
{
    public static string Path(string slug) => $"/etc/redis/redis-{slug}.conf";

    public static string DataDirectory(string slug) => $"/var/lib/redis/{slug}";

    public static string Unit(string slug) => $"redis-server@{slug}.service";

    public static string DropInPath(string slug) => $"/etc/systemd/system/{Unit(slug)}.d/slipway.conf";

    /// <summary>Redis knows users, but not where they may come from.</summary>
    public static string DropIn(IEnumerable<string> clients) => $"""
        # Written by Slipway; changes are overwritten.
        [Unit]
        Wants=network-online.target
        After=network-online.target

        [Service]
        {SystemdCommands.OnlyFrom(clients)}

        """;

    /// <param name="slug">The stack's.</param>
    /// <param name="addresses">Where it listens.</param>
    /// <param name="port">Its port.</param>
    /// <param name="user">The only user; empty for Redis's default user, which old clients need.</param>
    /// <param name="password">Its password; only a hash is written.</param>
    /// <param name="facts">Before Redis 6.2 users have no rights on channels.</param>
    public static string Text(string slug, IEnumerable<string> addresses, int port, string user, Secret password, MachineFacts facts)
    {
        var channels = facts.Codename is "bullseye" or "jammy" ? "" : " &*";
        // Administrative commands could write files of the redis user's, or end the server.
        var rights = $"on #{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(password.Reveal())))} ~*{channels} +@all -@admin";
        var users = user.Length == 0 ? $"user default {rights}" : $"user default off resetpass\nuser {Checked(user)} {rights}";
        return $"""
            # Written by Slipway; changes are overwritten.
            bind {string.Join(' ', addresses)}
            port {port}
            dir {DataDirectory(slug)}
            appendonly yes
            appendfsync everysec
            logfile ""
            {users}

            """;
    }

    // The file knows no way to write a space or a quote in a name.
    private static string Checked(string user) => user.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-')
        ? user
        : throw new ArgumentException("A user of Redis can be of letters, digits, _ and - only.", nameof(user));
}
