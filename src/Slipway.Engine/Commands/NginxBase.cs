using System.Globalization;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Commands;

/// <summary>What nginx has on every web server, whatever stacks live there.</summary>
internal static class NginxBase
{
    /// <summary>Included by each site. Within a server block nothing clashes with what the distribution's nginx.conf sets, which differs.</summary>
    public const string SnippetPath = "/etc/nginx/snippets/slipway.conf";

    public const string Snippet = """
        # Written by Slipway; changes are overwritten.
        server_tokens off;
        client_max_body_size 50m;
        keepalive_timeout 65;
        gzip on;
        gzip_vary on;
        gzip_proxied any;
        gzip_types text/plain text/css text/javascript text/xml application/javascript application/json application/xml application/rss+xml image/svg+xml;

        """;

    /// <summary>Sorts before the stacks' files, for they use its variable.</summary>
    public const string HttpPath = "/etc/nginx/conf.d/00-slipway.conf";

    /// <summary>
    /// The answer to host names that no stack has. It is no default_server, only the first one: so a stack without host names takes its place by
    /// being default_server, and neither has to know of the other.
    /// </summary>
    public static string Http(MachineFacts facts) => $$"""
        # Written by Slipway; changes are overwritten.
        # By default names of some 50 characters are too long for it.
        server_names_hash_bucket_size 256;

        map $http_upgrade $slipway_connection {
            default upgrade;
            '' '';
        }

        server {
        {{Listen(facts, "")}}
            server_name _;
            server_tokens off;
            return 404;
        }

        """;

    /// <summary>The site that comes with the package claims to be default_server.</summary>
    public const string DistributionSite = "/etc/nginx/sites-enabled/default";

    /// <summary>Lines by which a server block listens. Machines without IPv6 cannot even open such a socket.</summary>
    public static string Listen(MachineFacts facts, string options, int port = 80)
    {
        var suffix = options.Length == 0 ? ";" : $" {options};";
        var hasIpv6 = facts.Addresses.Any(address => address.Contains(':', StringComparison.Ordinal));
        return string.Create(CultureInfo.InvariantCulture, $"    listen {port}{suffix}") + (hasIpv6 ? string.Create(CultureInfo.InvariantCulture, $"\n    listen [::]:{port}{suffix}") : "");
    }
}
