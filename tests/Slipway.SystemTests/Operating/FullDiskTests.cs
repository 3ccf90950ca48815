using System.Net;
using System.Text.Json.Nodes;
using CliWrap;
using Slipway.Contracts;
using Slipway.Contracts.Http;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Operating;

/// <summary>A small disk of its own that fills up under the database, and is emptied.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("slipway-data-");
    private readonly DirectoryInfo _disk = Directory.CreateTempSubdirectory("slipway-disk-");
    private SlipwayServer? _slipway;
    private SlipwayClient? _owner;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SlipwayServer Slipway => _slipway ?? throw new InvalidOperationException("Slipway does not run.");

    private SlipwayClient Owner => _owner ?? throw new InvalidOperationException("There is no owner.");

    public async ValueTask InitializeAsync()
    {
        await Cli.Wrap("mount").WithArguments(["-t", "tmpfs", "-o", "size=12m", "tmpfs", _disk.FullName]).ExecuteAsync(Cancel);
        _slipway = await SlipwayServer.StartAsync(
            _data, 0, new Dictionary<string, string> { ["Slipway__Database__ConnectionString"] = $"Data Source={_disk.FullName}/slipway.db" }, Cancel);
        _owner = Slipway.ClientFor((await Slipway.SetUpAsync("owner@example.com", "correct horse battery", Cancel)).Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_slipway is not null)
            await _slipway.DisposeAsync();
        await Cli.Wrap("umount").WithArguments([_disk.FullName]).ExecuteAsync(CancellationToken.None);
        _disk.Delete();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task FullDisk_RefusesWrites_LosesNothing_AndIsUsedAgainOnceThereIsRoom()
    {
        List<string> kept = [];
        var filler = Path.Combine(_disk.FullName, "filler");
        await FillAsync(filler);
        var refusal = await WriteUntilAsync(kept, isRefused: true);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal!.Status);
        Assert.Contains("no space left", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable", "full"), await ReadyAsync());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("healthz"));
        await Owner.Stacks.ListAsync(cancellationToken: Cancel);

        File.Delete(filler);
        await App.WaitAsync(async () => (await ReadyAsync()).Status == HttpStatusCode.OK);
        await WriteUntilAsync(kept, isRefused: false);
        await Slipway.KillAsync();
        await Slipway.StartAsync(Cancel);
        Assert.Equal(kept, await ReadNamesAsync());
    }

    // A block at a time, for what is left is less than one.
    private static async Task FillAsync(string path)
    {
        await using var file = File.Create(path, bufferSize: 1);
        try
        {
            while (true)
                await file.WriteAsync(new byte[4096], Cancel);
        }
        catch (IOException)
        {
            await file.DisposeAsync();
        }
    }

    private async Task<SlipwayApiException?> WriteUntilAsync(List<string> kept, bool isRefused)
    {
        // The database may have some room left in its own files.
        for (var number = 0; number < (isRefused ? 500 : 3); number++)
        {
            try
            {
                var name = $"{kept.Count:0000}";
                await Owner.Tokens.CreateAsync(name, "public", Cancel);
                kept.Add(name);
            }
            catch (SlipwayApiException exception) when (isRefused)
            {
                return exception;
            }
        }
        return isRefused ? throw new InvalidOperationException("The disk never was full.") : null;
    }

    private async Task<List<string>> ReadNamesAsync()
    {
        List<string> names = [];
        for (var page = 1; ; page++)
        {
            var list = await Owner.Tokens.ListAsync(page, Cancel);
            names.AddRange(list.Response.Select(token => token.Name).Where(name => char.IsAsciiDigit(name[0])));
            if (list.Response.Count == 0 || page >= 30)
                return [.. names.Order(StringComparer.Ordinal)];
        }
    }

    private async Task<(HttpStatusCode Status, string? State, string? Database)> ReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = Slipway.BaseUrl };
        using var answer = await http.GetAsync("readyz", Cancel);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!;
        return (answer.StatusCode, (string?)body["status"], (string?)body["database"]);
    }

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var http = new HttpClient { BaseAddress = Slipway.BaseUrl };
        using var answer = await http.GetAsync(path, Cancel);
        return answer.StatusCode;
    }
}
