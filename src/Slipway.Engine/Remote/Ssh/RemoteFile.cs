using System.Buffers.Binary;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>A file of a machine, read from its start to its end; after a lost connection from where it was. At most the helper's window is on its way.</summary>
internal sealed class RemoteFile(MachineHelper helper, string path) : Stream
{
    private const int ReceiptEvery = 256 * 1024;

    private HelperSession? _session;
    private ReadOnlyMemory<byte> _piece;
    private long _received;
    private long _receipted;
    private bool _isAtEnd;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_piece.IsEmpty && !_isAtEnd)
            _piece = await helper.PersistAsync(heard => FetchAsync(heard, cancellationToken), cancellationToken);
        var count = Math.Min(buffer.Length, _piece.Length);
        _piece[..count].CopyTo(buffer);
        _piece = _piece[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(Action heard, CancellationToken cancellationToken)
    {
        try
        {
            var session = _session ?? await BeginAsync(cancellationToken);
            var frame = await session.ReadAsync(cancellationToken);
            heard();
            if (frame.Kind is FrameKind.Result)
            {
                _isAtEnd = true;
                return default;
            }
            return await TakeAsync(session, frame.Payload, cancellationToken);
        }
        catch (RemoteUnavailableException)
        {
            await CloseAsync();
            throw;
        }
    }

    private async Task<HelperSession> BeginAsync(CancellationToken cancellationToken)
    {
        _session = await helper.TakeAsync(cancellationToken);
        _receipted = _received;
        await _session.SendAsync(FrameKind.Request, HelperRequest.Fetch(path, _received), cancellationToken);
        return _session;
    }

    // The receipt goes first: should it fail, this piece is fetched again.
    private async Task<ReadOnlyMemory<byte>> TakeAsync(HelperSession session, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var offset = BinaryPrimitives.ReadInt64BigEndian(payload.Span);
        if (offset != _received)
            throw new InvalidDataException($"The helper sent {path} from {offset} where {_received} was due.");
        var piece = payload[sizeof(long)..];
        var end = offset + piece.Length;
        if (end - _receipted >= ReceiptEvery)
        {
            await session.SendReceiptAsync(end, cancellationToken);
            _receipted = end;
        }
        _received = end;
        return piece;
    }

    private async Task CloseAsync()
    {
        if (_session is { } session)
            await session.DisposeAsync();
        _session = null;
    }
}
