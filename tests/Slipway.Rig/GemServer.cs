namespace Slipway.Rig;

/// <summary>A server of gems, see docs/testing.md. It puts its address into an app that has http://gems.test as its source.</summary>
public sealed class GemServer(FreshServer server) : IAsyncDisposable
{
    private const string SourceInApps = "http://gems.test";

    public string Source => server.Url().GetLeftPart(UriPartial.Authority);

    /// <summary>Makes the app in the folder take its gems from here, with a Gemfile.lock of the versions that are here.</summary>
    public async Task ServeAsync(string app, string folder, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        var gemfile = Path.Combine(folder, "Gemfile");
        var locked = await client.GetStringAsync(server.Url($"/locks/{app}.lock"), cancellationToken);
        var wanted = await File.ReadAllTextAsync(gemfile, cancellationToken);
        await File.WriteAllTextAsync(gemfile, wanted.Replace(SourceInApps, Source, StringComparison.Ordinal), cancellationToken);
        await File.WriteAllTextAsync(gemfile + ".lock", locked.Replace(SourceInApps, Source, StringComparison.Ordinal), cancellationToken);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
