using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Engine.Commands.Tls;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Docker;

/// <summary>What nginx offers under one of its ports: a port of a service's containers.</summary>
/// <param name="Service">The service.</param>
/// <param name="Port">Where nginx listens.</param>
/// <param name="Targets">Ports of the machine's loopback address behind which the containers are.</param>
/// <param name="IsHttps">Whether it speaks HTTPS there.</param>
internal sealed record ContainerSite(string Service, int Port, IReadOnlyList<int> Targets, bool IsHttps = false);

/// <summary>nginx's files for a Docker stack: requests go round the containers of a service.</summary>
internal static partial class ContainerSites
{
    public const int HttpPort = 80;
    private const int HttpsPort = 443;

    public static string Upstreams(StackPaths paths, IReadOnlyList<ContainerSite> sites) =>
        "# Written by Slipway at each switch.\n" + string.Concat(sites.Where(site => site.Targets.Count > 0).Select(site => Upstream(paths, site)));

    /// <summary>The ports to which such a file hands requests on.</summary>
    public static IEnumerable<int> TargetsOf(string upstreams) =>
        Target().Matches(upstreams).Select(match => int.Parse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture));

    /// <summary>Answers to the stack's own names.</summary>
    public static string Sites(StackSpec stack, ServerSpec server, IReadOnlyList<ContainerSite> sites) =>
        sites.Count == 0 || stack.HostNames.Count == 0
            ? "# Written by Slipway; the stack offers nothing here.\n"
            : Nobody(stack, server, sites) + string.Concat(sites.Select(site => Server(stack, server, site, "", string.Join(' ', stack.HostNames))));

    /// <summary>Answers to the machine's address and to names that no site has; null when no service is to be reached there.</summary>
    public static string? DefaultSite(StackSpec stack, ServerSpec server, IReadOnlyList<ContainerSite> sites) =>
        sites.Where(IsUsual).Select(site => Server(stack, server, site, "default_server", "_")).ToList() is { Count: > 0 } answers ? string.Concat(answers) : null;

    /// <summary>Whether browsers look there for sites whose address has no port. Stacks share these by their host names.</summary>
    public static bool IsUsual(ContainerSite site) => site.Port == (site.IsHttps ? HttpsPort : HttpPort);

    private static string Upstream(StackPaths paths, ContainerSite site) => $$"""
        upstream {{Name(paths, site)}} {
        {{string.Join('\n', site.Targets.Select(port => string.Create(CultureInfo.InvariantCulture, $"    server 127.0.0.1:{port} max_fails=3 fail_timeout=1s;")))}}
        }

        """;

    // Unknown names would be answered by the first site of the port. On port 80 another one is first on every server; for HTTPS that takes a certificate.
    private static string Nobody(StackSpec stack, ServerSpec server, IReadOnlyList<ContainerSite> sites) =>
        server.AnswersUnknownNames || !sites.Any(site => site.IsHttps && IsUsual(site)) ? "" : $$"""
        server {
        {{NginxBase.Listen(server.Facts, NginxTls.ListenOptions, HttpsPort)}}
            server_name {{stack.Paths.UpstreamName}}.invalid;
        {{NginxTls.Lines(stack.Paths)}}
            server_tokens off;
            return 404;
        }

        """;

    private static string Server(StackSpec stack, ServerSpec server, ContainerSite site, string options, string names) => $$"""
        # Written by Slipway; changes are overwritten.
        server {
        {{NginxBase.Listen(server.Facts, Options(site, options), site.Port)}}
            server_name {{names}};
            error_log {{NginxConfig.ErrorLog(stack.Paths)}};{{(site.IsHttps ? "\n" + NginxTls.Lines(stack.Paths) : "")}}
            include {{NginxBase.SnippetPath}};

        {{(stack.IsInMaintenance ? MaintenancePage.Locations(stack.Paths) : Location(stack.Paths, site))}}
        }

        """;

    private static string Options(ContainerSite site, string options) => (site.IsHttps ? $"{NginxTls.ListenOptions} {options}" : options).TrimEnd();

    private static string Location(StackPaths paths, ContainerSite site) => site.Targets.Count == 0
        ? """
                location / {
                    return 503;
                }
            """
        : $$"""
                location / {
                    proxy_pass http://{{Name(paths, site)}};
            {{NginxConfig.ProxyLines}}
                }
            """;

    [GeneratedRegex(@"server 127\.0\.0\.1:([0-9]{1,5}) ")]
    private static partial Regex Target();

    // Told apart, so that a site under HTTPS is not taken for served when its port is under HTTP from now on.
    private static string Name(StackPaths paths, ContainerSite site) =>
        string.Create(CultureInfo.InvariantCulture, $"{paths.UpstreamName}.{site.Service}.{site.Port}{(site.IsHttps ? ".tls" : "")}");
}
