using System.Text;

namespace Slipway.Engine.Remote.Protocol;

/// <summary>Cuts a stream of bytes into lines that know where they end.</summary>
internal sealed class LineSplitter(long start)
{
    public const int LongestLine = 16_384;

    private readonly List<byte> _rest = [];
    private long _end = start;

    public IEnumerable<OutputLine> Take(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var lineEnd = bytes.Span.IndexOf((byte)'\n');
            var whole = lineEnd < 0 ? bytes : bytes[..lineEnd];
            var part = whole[..Math.Min(whole.Length, LongestLine - _rest.Count)];
            _rest.AddRange(part.Span);
            bytes = bytes[part.Length..];
            if (part.Length == whole.Length && lineEnd >= 0)
            {
                bytes = bytes[1..];
                yield return Cut(_rest.Count, lineEnd: 1);
            }
            else if (_rest.Count == LongestLine)
            {
                yield return Cut(CharacterBoundary(), lineEnd: 0);
            }
        }
    }

    /// <summary>The last line, when it has no line end.</summary>
    public IEnumerable<OutputLine> Finish()
    {
        if (_rest.Count > 0)
            yield return Cut(_rest.Count, lineEnd: 0);
    }

    private OutputLine Cut(int length, int lineEnd)
    {
        var text = _rest[..length].ToArray().AsSpan();
        _rest.RemoveRange(0, length);
        _end += length + lineEnd;
        if (lineEnd == 1 && text.EndsWith("\r"u8))
            text = text[..^1];
        return new OutputLine(Encoding.UTF8.GetString(text), _end);
    }

    private int CharacterBoundary()
    {
        for (var cut = _rest.Count; cut > _rest.Count - 4; cut--)
        {
            var lead = _rest[cut - 1];
            if ((lead & 0x80) == 0)
                return cut;
            if ((lead & 0xC0) == 0xC0)
                return cut - 1 + SequenceLength(lead) <= _rest.Count ? _rest.Count : cut - 1;
        }
        return _rest.Count;
    }

    private static int SequenceLength(byte lead) => lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
}
