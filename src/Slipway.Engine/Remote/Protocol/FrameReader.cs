using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Slipway.Engine.Remote.Protocol;

/// <summary>Reads what a helper sends.</summary>
internal sealed class FrameReader(PipeReader input)
{
    // What the login's start files print comes before it.
    private static readonly byte[] Marker = "\0SLIPWAY1\n"u8.ToArray();

    /// <summary>What came instead of the marker, when it never came: at most 500 characters.</summary>
    public string Noise { get; private set; } = "";

    /// <summary>Skips to the helper's first word; false when it never came.</summary>
    public async Task<bool> SkipToMarkerAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            var reader = new SequenceReader<byte>(read.Buffer);
            if (reader.TryReadTo(out ReadOnlySequence<byte> _, Marker))
            {
                input.AdvanceTo(reader.Position);
                return true;
            }
            if (read.IsCompleted)
                Noise = Encoding.UTF8.GetString(read.Buffer.Slice(0, Math.Min(500, read.Buffer.Length))).Trim();
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                return false;
        }
    }

    /// <summary>The next frame; null at the end.</summary>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            if (Frame.TryDecode(ref buffer, out var frame))
            {
                input.AdvanceTo(buffer.Start);
                return frame;
            }
            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
                return null;
        }
    }
}
