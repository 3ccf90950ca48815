using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>Visits container-app over HTTPS, and is content with one certificate only.</summary>
internal sealed class HttpsVisitor(string pem) : IDisposable
{
    private readonly X509Certificate2 _expected = X509Certificate2.CreateFromPem(pem);

    /// <summary>Whom the certificate is for.</summary>
    public bool IsFor(string name) => _expected.MatchesHostname(name);

    /// <summary>What a page says, over HTTP/2.</summary>
    public async Task<string> GetAsync(FreshServer server, string path = "/")
    {
        using var handler = new SocketsHttpHandler { SslOptions = new() { RemoteCertificateValidationCallback = IsExpected } };
        using var http = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        return await http.GetStringAsync(new UriBuilder(server.Url(path)) { Scheme = "https", Port = 443 }.Uri, App.Token);
    }

    /// <summary>What a websocket says first.</summary>
    public async Task<WebSocketMessageType> ListenAsync(FreshServer server)
    {
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = IsExpected;
        await socket.ConnectAsync(new UriBuilder(server.Url("/socket")) { Scheme = "wss", Port = 443 }.Uri, App.Token);
        return (await socket.ReceiveAsync(new byte[256], App.Token)).MessageType;
    }

    public void Dispose() => _expected.Dispose();

    private bool IsExpected(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors) =>
        shown is not null && _expected.RawData.AsSpan().SequenceEqual(shown.GetRawCertData());
}
