using System.Text;
using CliWrap;
using CliWrap.Buffered;
using CsCheck;
using Slipway.Engine;
using Slipway.Engine.Stacks;

namespace Slipway.Tests.Provisioning;

public sealed class EnvironmentFileTests
{
    private const string Hostile = """it's "b\ad" $HOME `x` \" \\ %s; ünïcödé 🚢""";

    [Fact]
    public void ForShell_QuotesSingly() => Assert.Equal("export A='it'\\''s $B'\n", Text(EnvironmentFile.ForShell([Pair("A", "it's $B")])));

    [Fact]
    public void ForUnit_EscapesWithinDoubleQuotes() => Assert.Equal("A=\"\\\"\\$B\\\\\\`'\"\n", Text(EnvironmentFile.ForUnit([Pair("A", "\"$B\\`'")])));

    [Theory]
    [InlineData(Hostile)]
    [InlineData("line\nline\n\n\ttab ")]
    [InlineData("-n")]
    [InlineData("")]
    public async Task ForShell_IsReadBackByShExactly(string value) => Assert.Equal(value, await SourceAsync(EnvironmentFile.ForShell([Pair("VALUE", value)])));

    // sh reads the units' form like systemd does, which is tested on a real server.
    [Fact]
    public async Task BothForms_AreReadBackExactly_WhateverTheValue() => await Gen.String[Gen.Char["'\"\\$`\n\t !#%&()*;<>?[]{}~=aé"], 0, 40].SampleAsync(
        async value => Assert.Equal(
            (value, value),
            (await SourceAsync(EnvironmentFile.ForShell([Pair("VALUE", value)])), await SourceAsync(EnvironmentFile.ForUnit([Pair("VALUE", value)])))),
        iter: 40);

    [Theory]
    [InlineData("A B", "x")]
    [InlineData("A;B", "x")]
    [InlineData("1A", "x")]
    [InlineData("", "x")]
    [InlineData("A\n", "x")]
    [InlineData("A", "x\0")]
    [InlineData("A", "a\r\nb")]
    public void Write_RefusesWhatNoProcessCouldBeGiven(string key, string value)
    {
        Assert.NotNull(EnvironmentFile.FindProblem(key, new Secret(value)));
        Assert.Throws<UserErrorException>(() => EnvironmentFile.ForUnit([Pair(key, value)]));
    }

    [Fact]
    public void Write_RefusesHalfACharacter() => Assert.Throws<UserErrorException>(() => EnvironmentFile.ForShell([Pair("A", "\ud83d")]));

    [Fact]
    public void FindProblem_NeverShowsTheValue() =>
        Assert.DoesNotContain("hunter2", EnvironmentFile.FindProblem("A", new Secret("hunter2\r")), StringComparison.Ordinal);

    private static KeyValuePair<string, Secret> Pair(string key, string value) => new(key, new Secret(value));

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static async Task<string> SourceAsync(byte[] file)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, file);
            var result = await Cli.Wrap("/bin/sh").WithArguments(["-c", ". \"$0\"; printf %s. \"$VALUE\"", path]).ExecuteBufferedAsync(Encoding.UTF8);
            return result.StandardOutput[..^1];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
