using System.Net.WebSockets;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>The certificates of a stack on two servers, which offers the version 301 of container-app on port 443.</summary>
internal sealed class FleetCertificates(App app)
{
    private readonly string _folder = $"/etc/slipway/stacks/{app.Slug}/tls";

    /// <summary>Each server has made its own, and hands on what comes over TLS 1.2 and later.</summary>
    public async Task AssertSelfSignedAsync()
    {
        foreach (var server in app.Servers)
        {
            using var visitor = await VisitorOfAsync(server);
            Assert.Equal("301", await visitor.GetAsync(server));
            Assert.True(visitor.IsFor(server.Address));
            Assert.Equal(WebSocketMessageType.Text, await visitor.ListenAsync(server));
            Assert.Equal("700 root\n600 root", await ShellAsync(server, "stat --format '%a %U' \"$1\" \"$1/live/key.pem\""));
            Assert.Contains("alert protocol version", await ShellAsync(server, "openssl s_client -tls1_1 -cipher DEFAULT@SECLEVEL=0 -connect localhost:443 </dev/null 2>&1 || true"), StringComparison.Ordinal);
        }
        Assert.NotEqual(await ReadLiveAsync(app.Servers[0]), await ReadLiveAsync(app.Servers[1]));
    }

    /// <summary>Puts a certificate with another one's key on the second server: nothing changes, and what is wrong is said.</summary>
    public async Task AssertBrokenPairIsRefusedAsync()
    {
        await PutAsync(app.Servers[1], "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out /root/own.key");
        var refused = await app.EndAsync((await app.Client.Actions.SetMaintenanceAsync(app.Uid, false, App.Token)).Id);
        Assert.False(refused.FinishedSuccess);
        Assert.Contains($"The certificate for HTTPS in {_folder} on ", refused.FinishedMessage, StringComparison.Ordinal);
        Assert.EndsWith("key.pem is not the key of the first certificate in certificate.pem.", refused.FinishedMessage, StringComparison.Ordinal);
        await app.Servers[1].ExecuteAsync(["nginx", "-q", "-t"], App.Token);
        await AssertSelfSignedAsync();
    }

    /// <summary>Puts one on each server as docs/docker.md says.</summary>
    public Task PutOwnAsync() => Task.WhenAll(app.Servers.Select(server => PutAsync(server, "true")));

    public async Task AssertOwnAsync()
    {
        foreach (var server in app.Servers)
        {
            using var visitor = new HttpsVisitor(await server.ExecuteAsync(["cat", "/root/own.pem"], App.Token));
            Assert.Equal("301", await visitor.GetAsync(server));
            Assert.Equal("same", await ShellAsync(server, "cmp /root/own.pem \"$1/certificate.pem\" && cmp /root/own.key \"$1/key.pem\" && echo same"));
            Assert.Equal("1", await ShellAsync(server, "ls \"$1/pairs\" | wc -l"));
        }
    }

    private Task<string> PutAsync(FreshServer server, string more) => ShellAsync(server, $"""
        set -e
        openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=own.example.com -days 30 -keyout /root/own.key -out /root/own.pem 2>/dev/null
        {more}
        install -D --mode=0600 /root/own.pem "$1/certificate.pem"
        install -D --mode=0600 /root/own.key "$1/key.pem"
        """);

    private async Task<HttpsVisitor> VisitorOfAsync(FreshServer server) => new(await ReadLiveAsync(server));

    private Task<string> ReadLiveAsync(FreshServer server) => server.ExecuteAsync(["cat", $"{_folder}/live/certificate.pem"], App.Token);

    private Task<string> ShellAsync(FreshServer server, string script) => server.ExecuteAsync(["sh", "-c", script, "sh", _folder], App.Token);
}
