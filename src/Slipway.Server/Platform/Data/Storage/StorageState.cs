namespace Slipway.Server.Platform.Data.Storage;

/// <summary>How the database was seen to be last. Damage stays until a restart; everything else until a write succeeds.</summary>
internal sealed class StorageState
{
    private volatile StorageTrouble? _trouble;

    /// <summary>Null while all is well.</summary>
    public StorageTrouble? Trouble => _trouble;

    public void Report(Exception exception)
    {
        if (StorageTrouble.Of(exception) is { } trouble && _trouble is not { IsCorrupt: true })
            _trouble = trouble;
    }

    public void Clear()
    {
        if (_trouble is { IsCorrupt: false })
            _trouble = null;
    }

    public void RefuseIfCorrupt()
    {
        if (_trouble is { IsCorrupt: true } trouble)
            throw new StorageException(trouble);
    }
}
