using System.Text;
using CsCheck;
using Slipway.Engine.Remote;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Tests.Remote;

public sealed class LineSplitterTests
{
    private static readonly byte[] Bytes = [(byte)'\n', (byte)'\r', (byte)'a', 0, 0xC3, 0xA4, 0xFF];

    private static readonly Gen<byte[]> AnyOutput = Gen.OneOf(
        Gen.Int[0, Bytes.Length - 1].Select(at => Bytes[at]).Array[0, 200],
        Gen.Int[0, 2].Select(at => "äx€"[at]).Array[16_000, 40_000].Select(Encoding.UTF8.GetBytes));

    [Fact]
    public void Lines_AreTheSame_HoweverTheBytesArrive() => Gen.Select(AnyOutput, Gen.Int[1, 5000]).Sample((bytes, piece) =>
    {
        var whole = Split(bytes, 0, bytes.Length + 1);
        Assert.Equal(whole, Split(bytes, 0, piece));
        Assert.Equal(bytes.Length, whole.Count == 0 ? 0 : whole[^1].End);
    }, iter: 200);

    [Fact]
    public void Lines_GoOnFromTheEndOfAnyOfThem() => Gen.Select(AnyOutput, Gen.Int[0, 1000]).Sample((bytes, at) =>
    {
        var whole = Split(bytes, 0, 100);
        if (whole.Count == 0)
            return;
        var seen = at % whole.Count + 1;
        var end = whole[seen - 1].End;
        Assert.Equal(whole[seen..], Split(bytes[(int)end..], end, 77));
    }, iter: 200);

    [Fact]
    public void Lines_LoseNothing() => AnyOutput.Sample(bytes =>
    {
        var text = string.Concat(Encoding.UTF8.GetString(bytes).Where(each => each is not ('\n' or '\r' or '\uFFFD')));
        var lines = string.Concat(Split(bytes, 0, 50).Select(line => line.Text)).Replace("\r", "", StringComparison.Ordinal);
        Assert.Equal(text, lines.Replace("\uFFFD", "", StringComparison.Ordinal));
        Assert.All(Split(bytes, 0, 50), line => Assert.InRange(line.Text.Length, 0, LineSplitter.LongestLine));
    }, iter: 200);

    [Fact]
    public void Lines_EndWithTheirLineEnd()
    {
        var lines = Split("one\r\n\ntwo"u8.ToArray(), 10, 4);
        Assert.Equal([new OutputLine("one", 15), new OutputLine("", 16), new OutputLine("two", 19)], lines);
    }

    [Fact]
    public void Lines_AreNotCutWithinACharacter()
    {
        var text = "x" + new string('€', LineSplitter.LongestLine / 3 + 10);
        Assert.DoesNotContain(Split(Encoding.UTF8.GetBytes(text), 0, 100), line => line.Text.Contains('\uFFFD', StringComparison.Ordinal));
    }

    private static List<OutputLine> Split(byte[] bytes, long start, int piece)
    {
        var splitter = new LineSplitter(start);
        var lines = bytes.Chunk(piece).SelectMany(chunk => splitter.Take(chunk).ToList()).ToList();
        return [.. lines, .. splitter.Finish()];
    }
}
