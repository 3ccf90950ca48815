using System.Text.RegularExpressions;
using CliWrap;

namespace Slipway.Rig;

/// <summary>Debian's nginx in front of nodes, with the configuration that the repository recommends.</summary>
public sealed partial class NginxProxy : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("slipway-nginx-");

    private NginxProxy(int port) => Url = new($"http://127.0.0.1:{port}/");

    public Uri Url { get; }

    private string Settings => Path.Combine(_directory.FullName, "nginx.conf");

    public static async Task<NginxProxy> StartAsync(IEnumerable<Uri> nodes, CancellationToken cancellationToken)
    {
        var proxy = new NginxProxy(SlipwayServer.FreePort());
        await File.WriteAllTextAsync(proxy.Settings, proxy.Write(await File.ReadAllTextAsync(Recommended(), cancellationToken), nodes), cancellationToken);
        await Cli.Wrap(Program()).WithArguments(["-c", proxy.Settings, "-p", proxy._directory.FullName]).ExecuteAsync(cancellationToken);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await Cli.Wrap(Program()).WithArguments(["-c", Settings, "-p", _directory.FullName, "-s", "stop"]).ExecuteAsync();
        _directory.Delete(recursive: true);
    }

    // As it stands in the repository, but for the addresses.
    private string Write(string recommended, IEnumerable<Uri> nodes)
    {
        var servers = new Queue<Uri>(nodes);
        var site = NodeAddress().Replace(recommended, _ => $"server {servers.Dequeue().Authority} ").Replace("listen 80;", $"listen {Url.Authority};", StringComparison.Ordinal);
        var user = Environment.IsPrivilegedProcess ? "user root;" : "";
        return $$"""
            {{user}}
            pid {{_directory.FullName}}/nginx.pid;
            error_log {{_directory.FullName}}/error.log;
            events { worker_connections 1024; }
            http {
            access_log off;
            client_body_temp_path {{_directory.FullName}}/body;
            proxy_temp_path {{_directory.FullName}}/proxy;
            fastcgi_temp_path {{_directory.FullName}}/fastcgi;
            uwsgi_temp_path {{_directory.FullName}}/uwsgi;
            scgi_temp_path {{_directory.FullName}}/scgi;
            {{site}}
            }
            """;
    }

    private static string Recommended()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Slipway.slnx")))
            directory = directory.Parent ?? throw new InvalidOperationException("The repository is not around these tests.");
        return Path.Combine(directory.FullName, "deploy", "nginx.conf");
    }

    private static string Program() => new[] { "/usr/sbin/nginx", "/usr/bin/nginx" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("nginx is missing: apt-get install nginx-light.");

    [GeneratedRegex(@"server 10\.0\.0\.\d:6600 ")]
    private static partial Regex NodeAddress();
}
