using CsCheck;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Tests.Remote;

public sealed class PackedTests
{
    [Fact]
    public void Read_GivesBackWhatWasAdded() => Gen.Byte.Array[0, 300].Array[0, 20].Sample(items =>
    {
        var packed = new Packed();
        foreach (var item in items)
            packed.Add(item);
        Assert.Equal(items, Packed.Read(packed.ToArray()));
    });

    [Fact]
    public void Read_RefusesWhatIsCutShort() => Gen.Byte.Array[0, 50].Array[1, 5].Sample(items =>
    {
        var packed = new Packed();
        foreach (var item in items)
            packed.Add(item);
        var last = items[^1].Length + 4;
        for (var missing = 1; missing < last; missing++)
            Assert.Throws<InvalidDataException>(() => Packed.Read(packed.ToArray().AsSpan(0, packed.ToArray().Length - missing)));
    }, iter: 50);

    [Fact]
    public void Add_RefusesTextThatHasNoBytes() => Assert.ThrowsAny<ArgumentException>(() => new Packed().Add("half a pair: \ud800"));
}
