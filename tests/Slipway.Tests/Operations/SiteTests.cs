using Slipway.Engine.Commands;
using Slipway.Tests.Provisioning;

namespace Slipway.Tests.Operations;

public sealed class SiteTests
{
    [Fact]
    public void Site_InMaintenance_AnswersWith503_AndTheReleasesPage() => Assert.Equal(
        """
        # Written by Slipway; changes are overwritten.
        server {
            listen 80;
            server_name shop.example.com;
            error_log /var/deploy/shop/web_head/shared/log/nginx_error.log;
            include /etc/nginx/snippets/slipway.conf;

            error_page 503 /.cloud66/maintenance.html;

            location / {
                return 503;
            }

            location = /.cloud66/maintenance.html {
                internal;
                root /var/deploy/shop/web_head/current;
                disable_symlinks on from=$document_root;
                add_header Retry-After 300 always;
                add_header Cache-Control no-store always;
                try_files $uri @slipway_maintenance;
            }

            location @slipway_maintenance {
                default_type text/html;
                add_header Retry-After 300 always;
                add_header Cache-Control no-store always;
                return 503 'PAGE';
            }
        }

        """,
        Page(NginxConfig.Site(Specs.Stack([Specs.Server(1, "web")]) with { HostNames = ["shop.example.com"], IsInMaintenance = true }, Specs.Server(1, "web"))));

    [Fact]
    public void Page_CanStandInNginxsQuotes()
    {
        var locations = MaintenancePage.Locations(Specs.Stack([]).Paths);
        var page = locations[(locations.IndexOf('\'', StringComparison.Ordinal) + 1)..locations.LastIndexOf('\'')];
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.DoesNotContain(page, character => character is '\'' or '$' or '\\' or '\n');
    }

    [Theory]
    [InlineData("assets", "location ~ ^/(assets|packs)/ {")]
    [InlineData("static/v1.2", @"location ~ ^/(static/v1\.2|packs)/ {")]
    public void Site_KeepsAssetsForEver_WhereTheyAre(string prefix, string expected)
    {
        var stack = Specs.Stack([Specs.Server(1, "web")]) with { HostNames = ["shop.example.com"], AssetPrefix = prefix };
        var site = NginxConfig.Site(stack, Specs.Server(1, "web"));
        Assert.Contains(expected, site, StringComparison.Ordinal);
        Assert.Contains("    root /var/deploy/shop/web_head/current/public;\n", site, StringComparison.Ordinal);
    }

    // The page's text is not what this is about.
    private static string Page(string site) => System.Text.RegularExpressions.Regex.Replace(site, "'<!DOCTYPE.*</html>'", "'PAGE'");
}
