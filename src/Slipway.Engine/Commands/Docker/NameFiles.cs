using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Docker;

/// <summary>One port of a service as a server's containers and the stack's other servers reach it.</summary>
/// <param name="Service">The service.</param>
/// <param name="Port">The port that its containers have.</param>
/// <param name="Entry">Where nginx listens for it: on the address that the stack's containers know the server by, and on the private one.</param>
/// <param name="Here">Ports of the loopback address behind which containers of this server are, for this server's containers.</param>
/// <param name="Peers">The other servers that have such containers.</param>
/// <param name="HereForPeers">The same as <paramref name="Here"/>, for the other servers.</param>
internal sealed record NameEntry(
    string Service, int Port, int Entry, IReadOnlyList<int> Here, IReadOnlyList<NamePeer> Peers, IReadOnlyList<int> HereForPeers);

/// <summary>Another server that has containers of a service.</summary>
/// <param name="Address">Its private address.</param>
/// <param name="Entry">Where its nginx listens for the service.</param>
/// <param name="Count">How many containers it has.</param>
internal sealed record NamePeer(string Address, int Entry, int Count);

/// <summary>A server's part in the names of a stack's services.</summary>
/// <param name="Subnet">The network of the stack's containers on the server.</param>
/// <param name="Gateway">The address that they know the server by.</param>
/// <param name="Address">The address that the stack's other servers know it by.</param>
/// <param name="Peers">The addresses of those.</param>
internal sealed record NameNetwork(string Subnet, string Gateway, string Address, IReadOnlyList<string> Peers);

/// <summary>Files by which services are found on whichever server they are.</summary>
internal static class NameFiles
{
    /// <summary>Stacks' files of nginx's stream module.</summary>
    public const string StreamDirectory = "/etc/nginx/slipway-stream";

    /// <summary>nginx takes from here what stands outside of its http block; the distribution's module is loaded by a file that sorts before.</summary>
    public const string StreamPath = "/etc/nginx/modules-enabled/90-slipway-stream.conf";

    public const string Stream = $$"""
        # Written by Slipway; changes are overwritten.
        stream {
            include {{StreamDirectory}}/*.conf;
        }

        """;

    /// <summary>A stack's file of that module before it has any service.</summary>
    public const string NoStream = "# Written by Slipway at each switch.\n";

    public const string RulesDirectory = "/etc/slipway/names";
    public const string RulesPath = "/etc/slipway/names.nft";

    public const string Rules = $"""
        # Written by Slipway; changes are overwritten.
        include "{RulesDirectory}/*.nft"

        """;

    /// <summary>Ports that stacks have on the machine: links, which only one can make.</summary>
    public const string PortsDirectory = "/etc/slipway/ports";

    // Above what Linux gives to outgoing connections, and apart from the ports of containers.
    public const int FirstPort = 61000;
    public const int LastPort = 65535;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public const string SettingsPath = "/etc/sysctl.d/60-slipway.conf";

    /// <summary>An nginx that cannot listen on one address does not start at all, and neither Docker's networks nor all addresses are there when it does.</summary>
    public const string Settings = """
        # Written by Slipway; changes are overwritten.
        net.ipv4.ip_nonlocal_bind = 1
        -net.ipv6.ip_nonlocal_bind = 1

        """;

    public const string Unit = "slipway-names.service";

    /// <summary>nftables' own service forgets all rules when it is restarted.</summary>
    public const string UnitText = $"""
        [Unit]
        Description=Names of services in Slipway's Docker stacks
        After=nftables.service
        Before=nginx.service docker.service
        PartOf=nftables.service
        ReloadPropagatedFrom=nftables.service

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/lib/systemd/systemd-sysctl {SettingsPath}
        ExecStart=/usr/sbin/nft --file {RulesPath}
        ExecReload=/usr/sbin/nft --file {RulesPath}

        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>
    /// Rules that lead what the stack's containers send to a service's address to nginx, and refuse the rest: it would leave the machine. To the other
    /// servers only nginx goes: containers come there with this server's address, those of other stacks, too. So they are kept from databases that are the stack's alone.
    /// </summary>
    /// <param name="paths">The stack.</param>
    /// <param name="network">Its networks.</param>
    /// <param name="entries">Address and port of services, and where nginx listens for them.</param>
    /// <param name="databases">Address and port of databases that no other stack uses.</param>
    public static string StackRules(
        StackPaths paths, NameNetwork network, IEnumerable<(string Address, int Port, int Entry)> entries, IEnumerable<(string Address, int Port)> databases) => $$"""
        # Written by Slipway; changes are overwritten. The first two lines make it replace what is there.
        table ip {{paths.NameTable}}
        delete table ip {{paths.NameTable}}
        table ip {{paths.NameTable}} {
            chain names {
                type nat hook prerouting priority -110; policy accept;
        {{string.Join('\n', entries.Select(entry => string.Create(
            CultureInfo.InvariantCulture, $"        ip saddr {network.Subnet} ip daddr {entry.Address} tcp dport {entry.Port} redirect to :{entry.Entry}")))}}
            }
            chain rest {
                type filter hook forward priority 0; policy accept;
                ip saddr {{network.Subnet}} ip daddr {{ServiceAddresses.Network}} reject
        {{string.Join('\n', network.Peers.Where(IsIpv4).Select(peer => $"        ip daddr {peer} tcp dport {FirstPort}-{LastPort} reject"))}}
        {{string.Join('\n', databases.Select(database => string.Create(
            CultureInfo.InvariantCulture, $"        ip saddr != {network.Subnet} ip daddr {database.Address} tcp dport {database.Port} reject")))}}
            }
        }

        """;

    public static IReadOnlyList<string> Load(StackPaths paths) => ["nft", "--file", paths.NameRules];

    /// <summary>Prints the rules that are in force.</summary>
    public static IReadOnlyList<string> Show(StackPaths paths) => ["nft", "list", "table", "ip", paths.NameTable];

    /// <summary>The rules of such a file, each as nftables prints it, too.</summary>
    public static IEnumerable<string> RulesOf(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith("ip ", StringComparison.Ordinal));

    /// <summary>Forgets a stack's rules, if there are any.</summary>
    public static string NoRules(StackPaths paths) => $"table ip {paths.NameTable}\ndelete table ip {paths.NameTable}\n";

    /// <summary>nginx's part: for each port a server block for the containers of this server, and one for the other servers where it has containers.</summary>
    public static string StackStream(StackPaths paths, NameNetwork network, IEnumerable<NameEntry> entries) => Extended(NoStream, paths, network, entries);

    /// <summary>A file with what it lacks of that; what it has stays as it is.</summary>
    public static string Extended(string present, StackPaths paths, NameNetwork network, IEnumerable<NameEntry> entries)
    {
        var text = present;
        foreach (var (upstream, block) in entries.SelectMany(entry => Blocks(paths, network, entry)))
            text += text.Contains($"upstream {upstream} {{", StringComparison.Ordinal) ? "" : block;
        return text;
    }

    /// <summary>What a file says of a server's part in an entry.</summary>
    public static IEnumerable<NamePeer> PeersOf(string present, StackPaths paths, NameEntry entry, string address)
    {
        var block = present.Split($"upstream {UpstreamOf(paths, entry)} {{", 2) is [_, var rest] ? rest.Split('}')[0] : "";
        return Regex.Matches(block, $@"server {Regex.Escape(InUrl(address))}:([0-9]{{1,5}}) weight=([0-9]{{1,5}}) ", RegexOptions.None, Patience)
            .Select(match => new NamePeer(address, Number(match.Groups[1]), Number(match.Groups[2])));
    }

    private static int Number(Group digits) => int.Parse(digits.Value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string UpstreamOf(StackPaths paths, NameEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{paths.UpstreamName}.{entry.Service}.{entry.Port}");

    private static IEnumerable<(string Upstream, string Block)> Blocks(StackPaths paths, NameNetwork network, NameEntry entry)
    {
        var upstream = UpstreamOf(paths, entry);
        if (entry.Here.Count + entry.Peers.Count > 0)
            yield return (upstream, Block(upstream, [.. entry.Here.Select(Local), .. entry.Peers.Select(Remote)], network.Gateway, entry.Entry, [network.Subnet]));
        if (entry.HereForPeers.Count > 0 && network.Peers.Count > 0)
            yield return ($"{upstream}.here", Block($"{upstream}.here", [.. entry.HereForPeers.Select(Local)], network.Address, entry.Entry, network.Peers));
    }

    private static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"    server 127.0.0.1:{port} max_fails=3 fail_timeout=1s;");

    private static string Remote(NamePeer peer) =>
        string.Create(CultureInfo.InvariantCulture, $"    server {InUrl(peer.Address)}:{peer.Entry} weight={peer.Count} max_fails=1 fail_timeout=10s;");

    private static string Block(string upstream, IReadOnlyList<string> targets, string address, int port, IReadOnlyList<string> allowed) => $$"""
        upstream {{upstream}} {
        {{string.Join('\n', targets)}}
        }
        server {
            listen {{InUrl(address)}}:{{port.ToString(CultureInfo.InvariantCulture)}} so_keepalive=on;
        {{string.Join('\n', allowed.Select(source => $"    allow {source};"))}}
            deny all;
            proxy_pass {{upstream}};
            proxy_connect_timeout 1s;
            proxy_timeout 1h;
            proxy_socket_keepalive on;
        }

        """;

    private static string InUrl(string address) => IsIpv4(address) ? address : $"[{address}]";

    private static bool IsIpv4(string address) => IPAddress.Parse(address).AddressFamily is AddressFamily.InterNetwork;
}
