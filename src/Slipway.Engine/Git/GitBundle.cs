namespace Slipway.Engine.Git;

/// <summary>A git bundle to be fetched on a server: git fetch FILE Ref:Ref. Dispose it to give its space back.</summary>
internal sealed class GitBundle(string reference, FileStream content) : IAsyncDisposable
{
    /// <summary>The one reference in the bundle. Keep it on the server: it makes the commit known to the next bundle.</summary>
    public string Ref => reference;

    public long Length => content.Length;

    /// <summary>Stands at the beginning. Set Position to 0 to send it again.</summary>
    public Stream Content => content;

    public static string RefOf(string commit) => $"refs/slipway/{commit}";

    public ValueTask DisposeAsync() => content.DisposeAsync();
}
