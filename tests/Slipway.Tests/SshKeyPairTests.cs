using CliWrap;
using CliWrap.Buffered;
using Slipway.Engine;

namespace Slipway.Tests;

public sealed class SshKeyPairTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("slipway-keys-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Create_IsWhatOpenSshReads()
    {
        var pair = SshKeyPair.Create("slipway my app; $(x)\n");
        var file = await WriteAsync(pair.Private);

        var derived = await KeygenAsync("-y", "-P", "", "-f", file);
        var shown = await KeygenAsync("-l", "-f", file);

        Assert.StartsWith("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", pair.Public, StringComparison.Ordinal);
        Assert.EndsWith(" slipway-my-app-x", pair.Public, StringComparison.Ordinal);
        Assert.Equal(derived.Split(' ')[..2], pair.Public.Split(' ')[..2]);
        Assert.Contains(pair.Fingerprint, shown, StringComparison.Ordinal);
        Assert.NotEqual(pair.Public, SshKeyPair.Create("slipway").Public);
        Assert.Equal(pair.Public, SshKeyPair.FromPrivate(pair.Private, "slipway-my-app-x").Public);
        Assert.DoesNotContain(pair.Private.Reveal().Split('\n')[2], pair.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ed25519", "256", "RFC4716")]
    [InlineData("ecdsa", "256", "RFC4716")]
    [InlineData("ecdsa", "384", "PEM")]
    [InlineData("ecdsa", "521", "PKCS8")]
    [InlineData("rsa", "2048", "PEM")]
    [InlineData("rsa", "3072", "RFC4716")]
    [InlineData("rsa", "2048", "PKCS8")]
    public async Task FromPrivate_DerivesThePublicKey(string kind, string bits, string format)
    {
        var file = Path.Combine(_directory.FullName, "key");
        await KeygenAsync("-q", "-t", kind, "-b", bits, "-m", format, "-N", "", "-C", "me", "-f", file);
        var pasted = (await File.ReadAllTextAsync(file, Token)).Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n  ";

        var pair = SshKeyPair.FromPrivate(new Secret(pasted), "me");

        Assert.Equal((await File.ReadAllTextAsync(file + ".pub", Token)).Trim(), pair.Public);
        Assert.Contains(pair.Fingerprint, await KeygenAsync("-l", "-f", file + ".pub"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RFC4716")]
    [InlineData("PEM")]
    [InlineData("PKCS8")]
    public async Task FromPrivate_RefusesPassphrase(string format)
    {
        var file = Path.Combine(_directory.FullName, "key");
        await KeygenAsync("-q", "-t", "rsa", "-b", "2048", "-m", format, "-N", "secret words", "-f", file);
        var error = Assert.Throws<UserErrorException>(() => SshKeyPair.FromPrivate(new Secret(File.ReadAllText(file))));
        Assert.StartsWith("The private key is protected by a passphrase", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromPrivate_RefusesWhatIsNoPrivateKey()
    {
        var pair = SshKeyPair.Create("x");
        var pem = pair.Private.Reveal();
        Assert.StartsWith("This is a public key.", Message(pair.Public), StringComparison.Ordinal);
        Assert.StartsWith("This is not a private key.", Message("hello"), StringComparison.Ordinal);
        Assert.StartsWith("This is not a private key.", Message(""), StringComparison.Ordinal);
        Assert.StartsWith("The private key cannot be read", Message(pem[..150] + "\n-----END OPENSSH PRIVATE KEY-----\n"), StringComparison.Ordinal);
        Assert.StartsWith("The private key cannot be read", Message("-----BEGIN OPENSSH PRIVATE KEY-----\nnonsense!\n-----END OPENSSH PRIVATE KEY-----\n"), StringComparison.Ordinal);
    }

    private static string Message(string text) => Assert.Throws<UserErrorException>(() => SshKeyPair.FromPrivate(new Secret(text))).Message;

    private async Task<string> WriteAsync(Secret pem)
    {
        var file = Path.Combine(_directory.FullName, "made");
        await File.WriteAllTextAsync(file, pem.Reveal(), Token);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private static async Task<string> KeygenAsync(params string[] arguments) =>
        (await Cli.Wrap("ssh-keygen").WithArguments(arguments).ExecuteBufferedAsync(Token)).StandardOutput.Trim();
}
