using System.Buffers.Binary;
using System.IO.Pipelines;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>
/// Bytes to and from a socket on a machine. Neither side sends more than a window beyond what the other has taken in, so nothing piles up
/// where one of them is slow, and a keystroke is never stuck behind it.
/// </summary>
internal sealed class BridgeStream : Stream
{
    private const int Piece = 32 * 1024;
    private const int Window = 256 * 1024;
    private const int ReceiptEvery = 128 * 1024;

    private readonly HelperSession _session;
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Stream _reader;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _room = new(0);
    private long _sent;
    private long _passedOn;
    private long _read;
    private long _receipted;
    private volatile bool _isOver;

    /// <param name="session">One that is connected already. It is closed with this stream.</param>
    public BridgeStream(HelperSession session)
    {
        _session = session;
        _reader = _received.Reader.AsStream();
        _ = ReceiveAsync();
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _reader.ReadAsync(buffer, cancellationToken);
        _read += count;
        if (_read - _receipted >= ReceiptEvery)
        {
            _receipted = _read;
            await _session.SendReceiptAsync(_read, cancellationToken);
        }
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            while (!_isOver && _sent - Interlocked.Read(ref _passedOn) >= Window)
                await _room.WaitAsync(cancellationToken);
            if (_isOver)
                throw new IOException("The connection is over.");
            var piece = buffer[..Math.Min(Piece, buffer.Length)];
            await _session.SendAsync(FrameKind.Input, piece, cancellationToken);
            _sent += piece.Length;
            buffer = buffer[piece.Length..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write to it asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _closing.Cancel();
        base.Dispose(disposing);
    }

    // What arrives is bounded by the helper's window, so it is taken in without waiting for a reader.
    private async Task ReceiveAsync()
    {
        Exception? failure = null;
        try
        {
            while (await _session.ReadAsync(_closing.Token) is { Kind: not FrameKind.Result } frame)
            {
                if (frame.Kind is FrameKind.Output)
                    await _received.Writer.WriteAsync(frame.Payload[sizeof(long)..], _closing.Token);
                else if (frame.Kind is FrameKind.Receipt)
                    Interlocked.Exchange(ref _passedOn, BinaryPrimitives.ReadInt64BigEndian(frame.Payload.Span));
                _room.Release();
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        _isOver = true;
        _room.Release();
        await _received.Writer.CompleteAsync(failure);
        await _session.CloseAsync();
    }
}
