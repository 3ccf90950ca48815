using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Slipway.Engine.Remote.Protocol;

/// <summary>A list of byte strings, each behind its length of 4 bytes: what Perl unpacks as <c>(N/a*)*</c>.</summary>
internal sealed class Packed
{
    // Half a surrogate pair has no bytes; it is refused rather than replaced.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ArrayBufferWriter<byte> _items = new();

    public Packed Add(ReadOnlySpan<byte> item)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, item.Length);
        _items.Write(length);
        _items.Write(item);
        return this;
    }

    public Packed Add(string item) => Add(Utf8.GetBytes(item));

    public Packed Add(long item) => Add(item.ToString(CultureInfo.InvariantCulture));

    public Packed Add(bool item) => Add(item ? 1 : 0);

    public Packed Add(Packed item) => Add(item.ToArray());

    public Packed AddRange(IEnumerable<string> items)
    {
        foreach (var item in items)
            Add(item);
        return this;
    }

    public Packed AddRange(IEnumerable<Packed> items)
    {
        foreach (var item in items)
            Add(item);
        return this;
    }

    public byte[] ToArray() => _items.WrittenSpan.ToArray();

    /// <exception cref="InvalidDataException">A length leads beyond the end.</exception>
    public static IReadOnlyList<byte[]> Read(ReadOnlySpan<byte> packed)
    {
        var items = new List<byte[]>();
        while (!packed.IsEmpty)
        {
            var length = packed.Length < 4 ? -1 : BinaryPrimitives.ReadInt32BigEndian(packed);
            if (length < 0 || length > packed.Length - 4)
                throw new InvalidDataException("The machine's helper sent a list that is cut short.");
            items.Add(packed.Slice(4, length).ToArray());
            packed = packed[(4 + length)..];
        }
        return items;
    }

    public static IReadOnlyList<string> ReadText(ReadOnlySpan<byte> packed) => [.. Read(packed).Select(Encoding.UTF8.GetString)];
}
