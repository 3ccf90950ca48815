using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Commands.Tls;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;
using Slipway.Tests.Provisioning;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker.Tls;

public sealed class HttpsSiteTests
{
    private const string Tls = """
            ssl_certificate /etc/slipway/stacks/shop/tls/live/certificate.pem;
            ssl_certificate_key /etc/slipway/stacks/shop/tls/live/key.pem;
            ssl_protocols TLSv1.2 TLSv1.3;
            ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
            ssl_prefer_server_ciphers off;
            ssl_session_cache shared:slipway:10m;
            ssl_session_timeout 1d;
            ssl_session_tickets off;
        """;

    private static readonly ServerSpec Server = Specs.Server(1, "docker");

    private static readonly StackSpec Stack = Specs.Stack([Server]) with { Framework = "docker", HostNames = ["shop.example.com"] };

    private static readonly ContainerSite[] Sites = [new("web", 80, [20001]), new("web", 443, [20001], IsHttps: true), new("api", 8443, [], IsHttps: true)];

    [Fact]
    public void Site_TerminatesTls_AndHandsOnAsUnderHttp() => Assert.Equal(
        $$"""
        # Written by Slipway; changes are overwritten.
        server {
            listen 443 ssl http2;
            server_name shop.example.com;
            error_log /var/deploy/shop/web_head/shared/log/nginx_error.log;
        {{Tls}}
            include /etc/nginx/snippets/slipway.conf;

            location / {
                proxy_pass http://slipway-shop.web.443.tls;
        {{NginxConfig.ProxyLines}}
            }
        }
        # Written by Slipway; changes are overwritten.
        server {
            listen 8443 ssl http2;
            server_name shop.example.com;
            error_log /var/deploy/shop/web_head/shared/log/nginx_error.log;
        {{Tls}}
            include /etc/nginx/snippets/slipway.conf;

            location / {
                return 503;
            }
        }

        """,
        ContainerSites.Sites(Stack, Server, Sites[1..]));

    [Fact]
    public void Site_UnderHttp_KnowsNothingOfIt() =>
        Assert.DoesNotContain("ssl", ContainerSites.Sites(Stack, Server, Sites[..1]) + ContainerSites.DefaultSite(Stack, Server, Sites[..1]), StringComparison.Ordinal);

    [Fact]
    public void Maintenance_IsShownUnderHttps() =>
        Assert.Contains("maintenance.html", ContainerSites.Sites(Stack with { IsInMaintenance = true }, Server, Sites[1..2]), StringComparison.Ordinal);

    [Fact]
    public void UnknownNames_AreAnsweredOnTheUsualPorts()
    {
        Assert.Equal(["listen 80 default_server;", "listen 443 ssl http2 default_server;"], Listens(ContainerSites.DefaultSite(Stack, Server, Sites)!));
        Assert.Equal(["listen 443 ssl http2 default_server;"], Listens(ContainerSites.DefaultSite(Stack, Server, Sites[1..])!));
        Assert.Null(ContainerSites.DefaultSite(Stack, Server, Sites[2..]));
        // HTTP on the port of HTTPS is as on any other.
        Assert.Null(ContainerSites.DefaultSite(Stack, Server, [new("web", 443, [20001])]));
    }

    [Fact]
    public void UnknownNames_GetNoStack_WhereAnotherOneHasTheMachinesAddress()
    {
        var beside = Server with { AnswersUnknownNames = false, Facts = Server.Facts with { Addresses = ["10.0.0.1", "2001:db8::1"] } };
        Assert.StartsWith(
            $$"""
            server {
                listen 443 ssl http2;
                listen [::]:443 ssl http2;
                server_name slipway-shop.invalid;
            {{Tls}}
                server_tokens off;
                return 404;
            }
            # Written by Slipway; changes are overwritten.
            server {
                listen 80;

            """,
            ContainerSites.Sites(Stack, beside, Sites), StringComparison.Ordinal);
        Assert.DoesNotContain("invalid", ContainerSites.Sites(Stack, beside, [Sites[0], Sites[2]]), StringComparison.Ordinal);
        Assert.DoesNotContain("invalid", ContainerSites.Sites(Stack, Server, Sites), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SiteThatRefusesUnknownNames_IsNoServiceWithoutContainers(bool hasContainers)
    {
        var (attempt, beside) = (new Attempt(), Server with { AnswersUnknownNames = false });
        ContainerSite[] sites = [new("web", 443, hasContainers ? [20001] : [], IsHttps: true), new("api", 80, [20002])];
        attempt.Machine.Files[Stack.Paths.NginxUpstream] = ContainerSites.Upstreams(Stack.Paths, sites);
        attempt.Machine.Files[Stack.Paths.NginxSite] = ContainerSites.Sites(Stack, beside, sites);

        await FormerSites.RememberAsync(attempt.Context, beside, attempt.Context.Hosts(beside), TestContext.Current.CancellationToken);

        Assert.Equal(hasContainers ? [] : [beside.Uid], attempt.Context.State.FormerSites.Where(former => former.Value is not null).Select(former => former.Key));
    }

    [Fact]
    public void Sites_AreOfAllOffers_ByDefinitionAndByContainers()
    {
        var definition = new DockerDefinition { Source = "services.yml", Services = [new() { Name = "web", Ports = [new(3000, 80, 443), new(4000, null, 8443), new(5000)] }] };
        (int, bool, string)[] expected = [(80, false, "20001"), (443, true, "20001"), (8443, true, "20002")];
        var container = Old("c1", "web", "3000:80:443 4000::8443 5000") with { Ports = new Dictionary<int, int> { [3000] = 20001, [4000] = 20002, [5000] = 20003 } };

        Assert.Equal(expected, SwitchContainers.SitesOf(definition, [container]).Select(Brief));
        Assert.Equal(expected, SwitchContainers.SitesOf([container]).Select(Brief));
    }

    [Theory]
    [InlineData("shop.example.com", "203.0.113.1", "DNS.1 = shop.example.com\nIP.1 = 203.0.113.1\nIP.2 = 10.0.0.1\n")]
    [InlineData("shop.example.com", "2001:db8::7", "DNS.1 = shop.example.com\nIP.1 = 2001:db8::7\nIP.2 = 10.0.0.1\n")]
    [InlineData("shop.example.com", "box.example.com", "DNS.1 = shop.example.com\nDNS.2 = box.example.com\nIP.1 = 10.0.0.1\n")]
    [InlineData("a$ENV::HOME\nb = c", "203.0.113.1", "IP.1 = 203.0.113.1\nIP.2 = 10.0.0.1\n")]
    public void SelfSignedCertificate_HasTheNamesOfStackAndServer(string hostName, string address, string expected)
    {
        var server = Server with { Machine = Server.Machine with { Address = address } };
        Assert.Equal(
            $"""
            # Written by Slipway. A certificate that is made from another text than this one is replaced.
            [req]
            prompt = no
            distinguished_name = subject
            x509_extensions = extensions
            [subject]
            CN = slipway-shop
            [extensions]
            basicConstraints = critical,CA:FALSE
            extendedKeyUsage = serverAuth
            subjectAltName = @names
            [names]
            {expected}
            """,
            CertificateRequest.Text(Stack with { HostNames = [hostName] }, server));
    }

    private static (int, bool, string) Brief(ContainerSite site) => (site.Port, site.IsHttps, string.Join(' ', site.Targets));

    private static IEnumerable<string> Listens(string site) => site.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("listen", StringComparison.Ordinal));
}
