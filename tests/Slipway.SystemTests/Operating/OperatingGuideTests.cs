using CliWrap;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Operating;

/// <summary>docs/operating.md, followed to the letter.</summary>
public sealed class OperatingGuideTests(Testbed testbed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OneNode_RunsUnderSystemd_IsBackedUp_AndRestored()
    {
        // The guide's line, but of what was built with these tests; on a server with this machine's .NET.
        var published = Directory.CreateTempSubdirectory("slipway-published-");
        var publish = OperatingGuide.Line("dotnet publish").Replace("-c Release -o /opt/slipway", $"-c Debug --no-build -o {published.FullName}", StringComparison.Ordinal);
        await Cli.Wrap("sh").WithArguments(["-euc", publish]).WithWorkingDirectory(Testbed.Repository.FullName).ExecuteAsync(Cancel);
        File.SetUnixFileMode(published.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var runtime = new FileInfo("/usr/bin/dotnet").ResolveLinkTarget(returnFinalTarget: true)!;
        await using var server = await testbed.StartBareAsync(
            ["--volume", $"{published.FullName}:/opt/slipway:ro", "--volume", $"{Path.GetDirectoryName(runtime.FullName)}:/usr/share/dotnet:ro"], Cancel);
        await RunAsync(server, "ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet");
        await RunAsync(server, OperatingGuide.Line("useradd"));
        await WriteAsync(server, "/etc/systemd/system/slipway.service", OperatingGuide.BlockWith("[Unit]"));
        await WriteAsync(server, "/usr/local/bin/slipway-server", OperatingGuide.BlockWith("#!/bin/sh"));

        await RunAsync(server, OperatingGuide.BlockWith("systemctl enable"));
        await AwaitReadyAsync(server);
        Assert.Contains("/setup?token=", await RunAsync(server, OperatingGuide.Line("journalctl")), StringComparison.Ordinal);
        await RunAsync(server, "! slipway-server --urls http://127.0.0.1:6601 2>/tmp/refusal; grep -q 'Another Slipway works with' /tmp/refusal");
        await RunAsync(server, OperatingGuide.BlockWith("slipway-server database backup /var/lib/slipway/today"));
        await AwaitReadyAsync(server);
        await RunAsync(server, "ls /var/lib/slipway/data/slipway.db.replaced-*");
        await RunAsync(server, OperatingGuide.Line("slipway-server database backup /var/lib/slipway/$("));
        await RunAsync(server, OperatingGuide.Line("systemctl restart"));
        await AwaitReadyAsync(server);
        published.Delete(recursive: true);
    }

    [Fact]
    public async Task RecordsInPostgres_AreBackedUp_AndRestored()
    {
        var data = Directory.CreateTempSubdirectory("slipway-operating-");
        await using var postgres = await TemporaryPostgres.StartAsync(Cancel);
        await postgres.RunLineAsync(OperatingGuide.Line("createdb"), Cancel);
        var settings = new Dictionary<string, string>
        {
            ["Slipway__Database__Provider"] = "postgresql",
            ["Slipway__Database__ConnectionString"] = $"Host=127.0.0.1;Port={postgres.Port};Username=slipway;Database=slipway",
        };
        await using var slipway = await SlipwayServer.StartAsync(data, 0, settings, Cancel);
        var owner = slipway.ClientFor((await slipway.SetUpAsync("owner@example.com", "correct horse battery", Cancel)).Token);
        await owner.Tokens.CreateAsync("before", "public", Cancel);
        var lines = OperatingGuide.BlockWith("pg_dump").TrimEnd().Split('\n');

        await postgres.RunLineAsync(lines[0], Cancel);
        await owner.Tokens.CreateAsync("after", "public", Cancel);
        await slipway.StopAsync(Cancel);
        await postgres.RunLineAsync(lines[1], Cancel);
        await slipway.StartAsync(Cancel);

        Assert.Equal(["Setup", "before"], (await owner.Tokens.ListAsync(cancellationToken: Cancel)).Response.Select(token => token.Name).Order(StringComparer.Ordinal));
        await owner.Tokens.CreateAsync("later", "public", Cancel);
        var (verified, chain) = await slipway.RunAsync(["audit", "verify"], settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value), Cancel);
        Assert.True(verified == 0, chain);
        await slipway.DisposeAsync();
        data.Delete(recursive: true);
    }

    private static Task<string> RunAsync(FreshServer server, string script) => server.ExecuteAsync(["sh", "-euc", script], Cancel);

    private static Task<string> WriteAsync(FreshServer server, string path, string text) =>
        server.ExecuteAsync(["sh", "-euc", "printf %s \"$2\" >\"$1\"", "sh", path, text], Cancel);

    // As a bare server has no curl.
    private static Task AwaitReadyAsync(FreshServer server) => App.WaitAsync(async () => await RunAsync(
        server,
        """
        perl -MIO::Socket::INET -e '
            my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:6600") or exit;
            print $s "GET /readyz HTTP/1.0\r\n\r\n"; print scalar <$s>'
        """) is { } answer && answer.Contains(" 200 ", StringComparison.Ordinal));
}
