using System.Text;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands;

/// <summary>Templates of the systemd units that run a stack's code; the instance is the run.</summary>
internal static class AppUnits
{
    /// <param name="paths">Where the stack's things are.</param>
    /// <param name="process">web, or the name of a background process.</param>
    /// <param name="environment">What Ruby and bundler must know.</param>
    /// <param name="sharesTmp">Whether the process finds the run's directory as /tmp, where custom web servers listen.</param>
    /// <param name="stopTimeout">From TERM to KILL.</param>
    public static string Template(
        StackPaths paths, string process, IReadOnlyDictionary<string, string> environment, bool sharesTmp, TimeSpan stopTimeout)
    {
        var files = $"{paths.Runs}/%i";
        var unit = new StringBuilder($"""
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
            EnvironmentFile={paths.UnitEnvironmentFile}
            Environment=WEB_SOCKET={paths.WebSocket("%i")} GIT_REV_FILE={files}/release/REVISION

            """);
        foreach (var (name, value) in environment)
            unit.Append("Environment=").Append(name).Append('=').Append(value).Append('\n');
        unit.Append($"""
            ExecStart=/bin/sh {files}/{process}
            Restart=always
            RestartSec=1
            TimeoutStopSec={(int)stopTimeout.TotalSeconds}
            KillMode=control-group
            NoNewPrivileges=yes
            {Temporary(paths, process, sharesTmp)}
            [Install]
            WantedBy=multi-user.target

            """);
        return unit.ToString();
    }

    private static string Temporary(StackPaths paths, string process, bool sharesTmp)
    {
        if (process != "web")
            return "PrivateTmp=yes\n";
        var directory = $"RuntimeDirectory={paths.RuntimeDirectory("%i")}\nRuntimeDirectoryMode=0750\n";
        return directory + (sharesTmp ? $"BindPaths={paths.RunDirectory("%i")}:/tmp\nEnvironment=TMPDIR=/var/tmp\n" : "PrivateTmp=yes\n");
    }
}
