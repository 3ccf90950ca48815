using System.Text.RegularExpressions;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands;

/// <summary>nginx's files for a stack.</summary>
internal static partial class NginxConfig
{
    public static string Upstream(string name, string socket) => $$"""
        # Written by Slipway at each switch.
        upstream {{name}} {
            server unix:{{socket}} fail_timeout=0;
        }

        """;

    /// <summary>A file of the machine, not of a stack: there can be only one such site, and the last one to write it has it.</summary>
    public const string DefaultSitePath = "/etc/nginx/conf.d/01-slipway-default.conf";

    /// <summary>Answers to the stack's own names.</summary>
    public static string Site(StackSpec stack, ServerSpec server) =>
        stack.HostNames.Count == 0 ? "# Written by Slipway; the stack has no host names.\n" : Server(stack, server, "", string.Join(' ', stack.HostNames));

    /// <summary>Answers to the machine's address and to names that no site has.</summary>
    public static string DefaultSite(StackSpec stack, ServerSpec server) => Server(stack, server, "default_server", "_");

    /// <summary>Tells whose a site is, too.</summary>
    public static string ErrorLog(StackPaths paths) => $"{paths.Log}/nginx_error.log";

    /// <summary>How requests are handed on, whatever to.</summary>
    public const string ProxyLines = """
                proxy_http_version 1.1;
                proxy_set_header Host $http_host;
                proxy_set_header X-Real-IP $remote_addr;
                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                proxy_set_header X-Forwarded-Proto $scheme;
                proxy_set_header X-Request-Id $request_id;
                proxy_set_header Upgrade $http_upgrade;
                proxy_set_header Connection $slipway_connection;
                proxy_redirect off;
                proxy_read_timeout 300s;
        """;

    /// <summary>Whether a site hands requests on, and all that it hands them to is among the upstreams of a file.</summary>
    public static bool IsServedBy(string site, string upstreams) =>
        HandedTo().Matches(site) is { Count: > 0 } matches && matches.All(match => upstreams.Contains($"upstream {match.Groups[1].Value} {{", StringComparison.Ordinal));

    [GeneratedRegex(@"proxy_pass http://([^;]+);")]
    private static partial Regex HandedTo();

    private static string Server(StackSpec stack, ServerSpec server, string options, string names) => $$"""
        # Written by Slipway; changes are overwritten.
        server {
        {{NginxBase.Listen(server.Facts, options)}}
            server_name {{names}};
            error_log {{ErrorLog(stack.Paths)}};
            include {{NginxBase.SnippetPath}};

        {{(stack.IsInMaintenance ? MaintenancePage.Locations(stack.Paths) : Locations(stack))}}
        }

        """;

    private static string Locations(StackSpec stack)
    {
        var paths = stack.Paths;
        var prefix = Regex.Escape(stack.AssetPrefix);
        return $$"""
                root {{paths.Current}}/public;
                # A link in the code must not show files of others that nginx may read.
                disable_symlinks if_not_owner from=$document_root;

                location / {
                    try_files $uri @app;
                }

                location ~ ^/({{prefix}}|packs)/ {
                    gzip_static on;
                    expires max;
                    add_header Cache-Control public;
                    try_files $uri @app;
                }

                location @app {
                    proxy_pass http://{{paths.UpstreamName}};
            {{ProxyLines}}
                }
            """;
    }
}
