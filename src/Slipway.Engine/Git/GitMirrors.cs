using System.Collections.Concurrent;

namespace Slipway.Engine.Git;

/// <summary>The mirrors of this control plane, one for each stack.</summary>
internal sealed class GitMirrors(GitOptions options, OutboundGuard guard, EngineTimeouts timeouts, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new(StringComparer.Ordinal);

    /// <summary>The mirror of a stack, named by its immutable key. It is filled by the first fetch.</summary>
    public GitMirror Open(string key, GitUrl url, Secret? deployKey)
    {
        var folder = Folder(key);
        var remote = new GitRemote(url, deployKey, folder.Path, guard, timeouts, time);
        return new GitMirror(remote, folder, options, timeouts, time);
    }

    /// <summary>The next contact over ssh accepts the host's key as on the first day. For a change that the host's owner has confirmed.</summary>
    public async Task ForgetHostKeyAsync(string key, CancellationToken cancellationToken)
    {
        var folder = Folder(key);
        using (await folder.LockAsync(cancellationToken))
            GitSsh.ForgetHostKey(folder.Path);
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var folder = Folder(key);
        using (await folder.LockAsync(cancellationToken))
            folder.Delete();
    }

    private MirrorFolder Folder(string key)
    {
        if (key.Length is 0 or > 100 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new ArgumentException("The key of a mirror consists of letters, digits, - and _.", nameof(key));
        return new MirrorFolder(Path.Combine(options.Directory, key), _gates.GetOrAdd(key, _ => new SemaphoreSlim(1, 1)));
    }
}
