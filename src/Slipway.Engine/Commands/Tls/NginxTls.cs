using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Tls;

/// <summary>How nginx offers something under HTTPS.</summary>
internal static class NginxTls
{
    /// <summary>The way that all versions know; those from 1.25.1 on would rather have http2 in a line of its own.</summary>
    public const string ListenOptions = "ssl http2";

    /// <summary>
    /// Lines of a server block. The ciphers are those that Mozilla names for TLS 1.2 with clients of the last ten years; tickets are off, as their keys would be as old as nginx's processes.
    /// </summary>
    public static string Lines(StackPaths paths) => $"""
            ssl_certificate {paths.LiveTls}/{CertificateCommands.CertificateFile};
            ssl_certificate_key {paths.LiveTls}/{CertificateCommands.KeyFile};
            ssl_protocols TLSv1.2 TLSv1.3;
            ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
            ssl_prefer_server_ciphers off;
            ssl_session_cache shared:slipway:10m;
            ssl_session_timeout 1d;
            ssl_session_tickets off;
        """;

    /// <summary>
    /// A configuration with nothing but a pair in it. What nginx thinks of a certificate only nginx knows, and its own configuration is the wrong
    /// place to find out: with a pair in it that it refuses, no stack of the machine could be changed, and nginx would not start again.
    /// </summary>
    public static string Check(StackPaths paths, string pair) => $$"""
        pid {{paths.TlsCheck}}/pid;
        error_log stderr;
        events {
        }
        http {
            access_log off;
            # Those of nginx itself would be given to another user.
            client_body_temp_path {{paths.TlsCheck}}/body;
            proxy_temp_path {{paths.TlsCheck}}/proxy;
            fastcgi_temp_path {{paths.TlsCheck}}/fastcgi;
            uwsgi_temp_path {{paths.TlsCheck}}/uwsgi;
            scgi_temp_path {{paths.TlsCheck}}/scgi;
            server {
                listen unix:{{paths.TlsCheck}}/socket ssl;
                ssl_certificate {{pair}}/{{CertificateCommands.CertificateFile}};
                ssl_certificate_key {{pair}}/{{CertificateCommands.KeyFile}};
            }
        }

        """;

    public static string CheckFile(StackPaths paths) => $"{paths.TlsCheck}/nginx.conf";

    public static IReadOnlyList<string> CheckPair(StackPaths paths) => [.. NginxCommands.Check, "-c", CheckFile(paths)];
}
