using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Engine.Remote.Protocol;

internal readonly record struct Frame(byte Kind, ReadOnlyMemory<byte> Payload)
{
    public const int HeaderLength = 5;

    public static byte[] Encode(byte kind, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderLength + payload.Length];
        frame[0] = kind;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>Takes the first whole frame off a buffer.</summary>
    public static bool TryDecode(ref ReadOnlySequence<byte> buffer, out Frame frame)
    {
        frame = default;
        if (buffer.Length < HeaderLength)
            return false;
        Span<byte> header = stackalloc byte[HeaderLength];
        buffer.Slice(0, HeaderLength).CopyTo(header);
        var length = BinaryPrimitives.ReadInt32BigEndian(header[1..]);
        if (length < 0)
            throw new InvalidDataException("The machine's helper sent a frame of impossible length.");
        if (buffer.Length - HeaderLength < length)
            return false;
        frame = new Frame(header[0], buffer.Slice(HeaderLength, length).ToArray());
        buffer = buffer.Slice(HeaderLength + (long)length);
        return true;
    }
}
