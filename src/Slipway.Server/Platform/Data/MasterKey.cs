using System.Security.Cryptography;
using System.Text;

namespace Slipway.Server.Platform.Data;

/// <summary>The one key that all others are derived from. It lives in a file of its own, never in the database.</summary>
internal sealed class MasterKey
{
    private const int Size = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly byte[] _key;

    private MasterKey(string path, byte[] key, bool isNew)
    {
        FilePath = path;
        _key = key;
        IsNew = isNew;
    }

    public string FilePath { get; }

    /// <summary>Whether the key was made just now and is not in its file yet.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Reads the key, or makes one up when there is no file. <see cref="SaveAsync"/> keeps a new one.</summary>
    public static MasterKey Load(string path)
    {
        if (!File.Exists(path))
            return new(path, RandomNumberGenerator.GetBytes(Size), isNew: true);
        var key = File.ReadAllBytes(path);
        if (key.Length != Size)
            throw new StartException($"The master key file {path} holds {key.Length} bytes instead of {Size}. Restore it from your backup.");
        return new(path, key, isNew: false);
    }

    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, Size, info: Encoding.UTF8.GetBytes($"slipway {purpose}"));

    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(FilePath))!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        await using var file = new FileStream(FilePath, options);
        await file.WriteAsync(_key, cancellationToken);
        file.Flush(flushToDisk: true);
        IsNew = false;
    }
}
