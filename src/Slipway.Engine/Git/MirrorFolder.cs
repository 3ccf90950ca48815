namespace Slipway.Engine.Git;

/// <summary>
/// The private folder of one mirror. A clone grows beside the mirror and takes its place by rename, and only then the origin file says
/// that the mirror is whole, so a kill at any point leaves either a good mirror or one that the next fetch makes anew.
/// </summary>
internal sealed class MirrorFolder(string path, SemaphoreSlim gate)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(100);

    public string Path => path;

    public string Repository => System.IO.Path.Combine(path, "repository.git");

    private string Origin => System.IO.Path.Combine(path, "origin");

    private string Temporary => System.IO.Path.Combine(path, "tmp");

    /// <summary>Within this process by the gate, against another one by a lock on a file, which ends with the process that held it.</summary>
    public async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            return new Held(gate, await LockFileAsync(cancellationToken));
        }
        catch
        {
            gate.Release();
            throw;
        }
    }

    public bool IsMirrorOf(GitUrl url) => File.Exists(Origin) && File.ReadAllText(Origin) == url.Address;

    /// <summary>The next fetch makes the mirror anew.</summary>
    public void MarkDamaged() => File.Delete(Origin);

    public string NewIncoming() => System.IO.Path.Combine(path, $"incoming-{Guid.NewGuid():N}.git");

    public void Adopt(string incoming, GitUrl url)
    {
        File.Delete(Origin);
        if (Directory.Exists(Repository))
            Directory.Move(Repository, System.IO.Path.Combine(path, $"replaced-{Guid.NewGuid():N}.git"));
        Directory.Move(incoming, Repository);
        var marker = Origin + ".new";
        File.WriteAllText(marker, url.Address);
        File.Move(marker, Origin, overwrite: true);
        RemoveLeftovers();
    }

    /// <summary>What an earlier process left half-made. Only under the lock.</summary>
    public void RemoveLeftovers()
    {
        foreach (var pattern in new[] { "incoming-*.git", "replaced-*.git" })
        {
            foreach (var directory in Directory.EnumerateDirectories(path, pattern))
                Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A file without a name: its space is given back when it is closed, however the process ends.</summary>
    public FileStream OpenTemporary()
    {
        Directory.CreateDirectory(Temporary, OwnerOnly);
        var name = System.IO.Path.Combine(Temporary, Guid.NewGuid().ToString("N"));
        var stream = new FileStream(name, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        File.Delete(name);
        return stream;
    }

    public void Delete() => Directory.Delete(path, recursive: true);

    private async Task<FileStream> LockFileAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!cancellationToken.IsCancellationRequested)
            {
                // Held by the process before us, which is about to end; there is nothing to wait on but time.
                await Task.Delay(LockRetry, cancellationToken);
            }
        }
    }

    private sealed class Held(SemaphoreSlim gate, FileStream file) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            gate.Release();
        }
    }
}
