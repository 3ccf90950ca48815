using System.Buffers.Binary;
using Renci.SshNet.Common;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>A helper that has answered: a request and what comes back. After that it is kept for the next one.</summary>
internal sealed class HelperSession(MachineConnections connections, SshChannel channel, FrameReader frames, TimeSpan silence, TimeProvider time)
    : IAsyncDisposable
{
    private const int InputPiece = 32 * 1024;

    // Once more than the request was sent, a piece of it may still lie unread before the helper.
    private bool _isPlain = true;
    private bool _isAnswered;

    public bool IsOpen => channel.IsOpen;

    private Exception? LastFailure { get; set; }

    /// <summary>The next frame that is not a sign of life. A fault is thrown, the end of the connection too.</summary>
    public async Task<Frame> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var frame = await ReadAnyAsync(cancellationToken) ?? throw SshFaults.Lost(connections.Machine, "a command ran", LastFailure);
            if (frame.Kind == FrameKind.Fault)
                throw SshFaults.From(connections.Machine, frame);
            _isAnswered = frame.Kind is FrameKind.Result;
            if (frame.Kind != FrameKind.Beat)
                return frame;
        }
    }

    /// <summary>The answer to a request that has no other frames.</summary>
    public async Task<IReadOnlyList<byte[]>> AskAsync(byte[] request, CancellationToken cancellationToken)
    {
        await SendAsync(FrameKind.Request, request, cancellationToken);
        var frame = await ReadAsync(cancellationToken);
        return frame.Kind == FrameKind.Result
            ? Packed.Read(frame.Payload.Span)
            : throw new InvalidDataException($"The helper of {connections.Machine.Address} answered out of turn.");
    }

    /// <summary>Sends a frame. Where the helper is gone already, what it said last is there to be read, or the end of the connection.</summary>
    public async Task SendAsync(byte kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        _isPlain &= kind is FrameKind.Request;
        _isAnswered = false;
        try
        {
            await channel.SendAsync(kind, payload, cancellationToken);
        }
        catch (SshOperationTimeoutException exception)
        {
            throw SshFaults.Lost(connections.Machine, "a request was sent", exception);
        }
        catch (Exception exception) when (SshFaults.IsTransport(exception))
        {
            LastFailure = exception;
        }
    }

    /// <summary>Says how far the output was taken in, so that the helper may send on.</summary>
    public Task SendReceiptAsync(long end, CancellationToken cancellationToken)
    {
        var receipt = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(receipt, end);
        return SendAsync(FrameKind.Receipt, receipt, cancellationToken);
    }

    /// <summary>Sends a stream as the command's standard input, and its end.</summary>
    public async Task SendInputAsync(Stream source, CancellationToken cancellationToken)
    {
        var buffer = new byte[InputPiece];
        int count;
        while ((count = await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
            await SendAsync(FrameKind.Input, buffer.AsMemory(0, count), cancellationToken);
        await SendAsync(FrameKind.InputEnd, default, cancellationToken);
    }

    /// <summary>Gives the helper back: to be asked again, where that is sure to be understood.</summary>
    public ValueTask DisposeAsync() => _isPlain && _isAnswered && connections.Keep(this) ? default : CloseAsync();

    public ValueTask CloseAsync() => channel.DisposeAsync();

    private async Task<Frame?> ReadAnyAsync(CancellationToken cancellationToken)
    {
        // A line that was cut without a word is noticed by the helper's beat staying away.
        using var quiet = new CancellationTokenSource(silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(quiet.Token, cancellationToken);
        try
        {
            return await frames.ReadAsync(either.Token);
        }
        catch (OperationCanceledException exception) when (quiet.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            connections.Break();
            throw SshFaults.Lost(connections.Machine, $"nothing was heard for {silence.TotalSeconds:0} s", exception);
        }
    }
}
