using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands;

/// <summary>nginx's files for a stack.</summary>
internal static class NginxConfig
{
    public static string Upstream(string name, string socket) => $$"""
        # Written by Slipway at each switch.
        upstream {{name}} {
            server unix:{{socket}} fail_timeout=0;
        }

        """;

    public static string Site(StackSpec stack)
    {
        var paths = stack.Paths;
        var listen = stack.HostNames.Count == 0 ? "default_server" : "";
        var names = stack.HostNames.Count == 0 ? "_" : string.Join(' ', stack.HostNames);
        return $$"""
            # Written by Slipway; changes are overwritten.
            server {
                listen 80 {{listen}};
                listen [::]:80 {{listen}};
                server_name {{names}};
                root {{paths.Current}}/public;
                error_log {{paths.Log}}/nginx_error.log;
                include {{NginxBase.SnippetPath}};

                location / {
                    try_files $uri @app;
                }

                location ~ ^/(assets|packs)/ {
                    gzip_static on;
                    expires max;
                    add_header Cache-Control public;
                    try_files $uri @app;
                }

                location @app {
                    proxy_pass http://{{paths.UpstreamName}};
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
                }
            }

            """;
    }
}
