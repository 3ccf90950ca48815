using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands;

/// <summary>
/// Templates of the systemd units that run a stack's code; the instance is the run. All that differs from run to run stands in the run's own
/// files, so that a restart or a reboot finds an old run as it was started.
/// </summary>
internal static class AppUnits
{
    /// <summary>The web server, which listens on the socket that WEB_SOCKET names.</summary>
    public static string Web(StackPaths paths, TimeSpan stopTimeout) => Template(
        paths, StackPaths.WebProcess(isCustom: false), stopTimeout, $"{RuntimeDirectory(paths)}\nPrivateTmp=yes");

    /// <summary>A web server of the user's own, which listens in /tmp: it finds the run's directory there.</summary>
    public static string CustomWeb(StackPaths paths, TimeSpan stopTimeout) => Template(
        paths, StackPaths.WebProcess(isCustom: true), stopTimeout, $"{RuntimeDirectory(paths)}\nBindPaths={paths.RunDirectory("%i")}:/tmp\nEnvironment=TMPDIR=/var/tmp");

    /// <param name="paths">Where the stack's things are.</param>
    /// <param name="file">Name of the process's file in its run.</param>
    /// <param name="stopTimeout">From TERM to KILL.</param>
    public static string Process(StackPaths paths, string file, TimeSpan stopTimeout) => Template(paths, file, stopTimeout, "PrivateTmp=yes");

    private static string RuntimeDirectory(StackPaths paths) => $"RuntimeDirectory={paths.RuntimeDirectory("%i")}\nRuntimeDirectoryMode=0750";

    private static string Template(StackPaths paths, string process, TimeSpan stopTimeout, string directories)
    {
        var files = paths.RunFiles("%i");
        return $"""
            # Written by Slipway; changes are overwritten.
            [Unit]
            Description={paths.Slug}: {process} of %i
            After=network-online.target postgresql.service mariadb.service redis-server.service memcached.service
            Wants=network-online.target
            StartLimitIntervalSec=0

            [Service]
            Type=exec
            User={paths.User}
            Group={paths.User}
            UMask=0007
            WorkingDirectory={files}/release
            EnvironmentFile={paths.RunEnvironment("%i")}
            Environment=WEB_SOCKET={paths.WebSocket("%i")} GIT_REV_FILE={files}/release/REVISION
            ExecStart=/bin/sh {files}/{process}
            Restart=always
            RestartSec=1
            TimeoutStopSec={(int)stopTimeout.TotalSeconds}
            KillMode=control-group
            NoNewPrivileges=yes
            {directories}

            [Install]
            WantedBy=multi-user.target

            """;
    }
}
