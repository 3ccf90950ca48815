using System.Text;

namespace Slipway.Engine.Git;

/// <summary>Reads a stream to its end and keeps the last bytes; a remote host may write without end.</summary>
internal sealed class TailBuffer(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];
    private long _written;

    public async Task ReadAllAsync(Stream stream, CancellationToken cancellationToken)
    {
        var chunk = new byte[4096];
        int count;
        while ((count = await stream.ReadAsync(chunk, cancellationToken)) > 0)
        {
            foreach (var value in chunk.AsSpan(0, count))
                _bytes[_written++ % capacity] = value;
        }
    }

    public override string ToString()
    {
        if (_written <= capacity)
            return Encoding.UTF8.GetString(_bytes, 0, (int)_written);
        var start = (int)(_written % capacity);
        return Encoding.UTF8.GetString([.. _bytes[start..], .. _bytes[..start]]);
    }
}
