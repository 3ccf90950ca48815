namespace Slipway.Engine.Git;

/// <summary>A git bundle to be fetched on a server: git fetch FILE Ref:Ref. Dispose it to give its space back.</summary>
internal sealed class GitBundle(string reference, FileStream content, long packStart) : IAsyncDisposable
{
    /// <summary>The one reference in the bundle. Keep it on the server: it makes the commit known to the next bundle.</summary>
    public string Ref => reference;

    public long Length => content.Length;

    /// <summary>Stands at the beginning. Set Position to 0 to send it again.</summary>
    public Stream Content => content;

    /// <summary>The pack within, for git index-pack; the caller has it now and disposes it instead of the bundle.</summary>
    public Stream TakePack()
    {
        content.Position = packStart;
        return content;
    }

    public static string RefOf(string commit) => $"refs/slipway/{commit}";

    public ValueTask DisposeAsync() => content.DisposeAsync();
}
