using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands;

/// <summary>How a stack's log files are kept from filling the disk.</summary>
internal static class LogRotation
{
    public static string Path(StackPaths paths) => $"/etc/logrotate.d/slipway-{paths.Slug}";

    public static string Text(StackPaths paths) => $$"""
        # Written by Slipway; changes are overwritten.
        {{paths.Log}}/*.log {
            su {{paths.User}} {{paths.User}}
            daily
            rotate 14
            olddir {{paths.Log}}/archive
            createolddir 0750 {{paths.User}} {{paths.User}}
            compress
            delaycompress
            copytruncate
            missingok
            notifempty
        }

        """;
}
