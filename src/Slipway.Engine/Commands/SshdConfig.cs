namespace Slipway.Engine.Commands;

/// <summary>What sshd is told on every server.</summary>
internal static class SshdConfig
{
    /// <summary>Sorts first: sshd keeps the first value that it reads.</summary>
    public const string Path = "/etc/ssh/sshd_config.d/00-slipway.conf";

    public const string Text = """
        # Written by Slipway; changes are overwritten.
        PasswordAuthentication no
        KbdInteractiveAuthentication no

        """;

    public static IReadOnlyList<string> Check { get; } = ["/usr/sbin/sshd", "-t"];
}
