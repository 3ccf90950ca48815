using System.Security.Cryptography;
using CsCheck;
using Slipway.Server.Platform.Data;

namespace Slipway.Tests.Platform;

public sealed class SecretBoxTests
{
    private static readonly SecretBox Box = new(new byte[32]);

    [Fact]
    public void Box_OpensWhatItSealed() => Gen.String.Sample(text => Box.Open(Box.Seal(new(text))).Reveal() == text);

    [Fact]
    public void Box_NeverSealsTheSameWay() => Assert.NotEqual(Box.Seal(new("x")), Box.Seal(new("x")));

    [Theory]
    [InlineData("")]
    [InlineData("1:")]
    [InlineData("1:AAAA")]
    [InlineData("1:!!!!")]
    [InlineData("2:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Open_RefusesWhatIsNoBox(string text) => Assert.ThrowsAny<CryptographicException>(() => Box.Open(text));

    [Fact]
    public void Open_RefusesAnotherKeyAndChangedText()
    {
        var sealedText = Box.Seal(new("secret"));
        Assert.ThrowsAny<CryptographicException>(() => new SecretBox([.. Enumerable.Repeat((byte)1, 32)]).Open(sealedText));
        var changed = Convert.FromBase64String(sealedText[2..]);
        changed[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => Box.Open("1:" + Convert.ToBase64String(changed)));
    }
}
