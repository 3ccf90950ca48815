namespace Slipway.Engine.Commands;

/// <summary>A stack's own Memcached; the distribution has no template unit for it.</summary>
internal static class MemcachedUnit
{
    public static string Name(string slug) => $"slipway-{slug}-memcached.service";

    public static string Text(string slug, IEnumerable<string> addresses, int port, IEnumerable<string> clients) => $"""
        # Written by Slipway; changes are overwritten.
        [Unit]
        Description={slug}: memcached
        Wants=network-online.target
        After=network-online.target

        [Service]
        ExecStart=/usr/bin/memcached --listen={string.Join(',', addresses)} --port={port} --udp-port=0 --memory-limit=64
        DynamicUser=yes
        {SystemdCommands.OnlyFrom(clients)}
        Restart=always
        RestartSec=1
        LimitNOFILE=65535

        [Install]
        WantedBy=multi-user.target

        """;
}
