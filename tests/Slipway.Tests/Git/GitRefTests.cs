using CsCheck;
using Slipway.Engine.Git;

namespace Slipway.Tests.Git;

public sealed class GitRefTests
{
    [Theory]
    [InlineData("main", false)]
    [InlineData("feature/x-1", false)]
    [InlineData("v1.0.2", false)]
    [InlineData("a@b", false)]
    [InlineData("ü", false)]
    [InlineData("deadbeef", true)]
    [InlineData("0123456789012345678901234567890123456789", true)]
    public void Parse_Accepts(string name, bool looksLikeHash)
    {
        var reference = GitRef.Parse(name);
        Assert.Equal((name, looksLikeHash), (reference.Name, reference.LooksLikeHash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("--upload-pack=id")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a..b")]
    [InlineData("a~1")]
    [InlineData("a^")]
    [InlineData("a:b")]
    [InlineData("a?")]
    [InlineData("a*")]
    [InlineData("a[b")]
    [InlineData("a\\b")]
    [InlineData("@")]
    [InlineData("a@{1}")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("a/.b")]
    [InlineData("a.lock")]
    [InlineData("a.lock/b")]
    public void TryParse_Refuses(string name)
    {
        Assert.False(GitRef.TryParse(name, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task TryParse_AcceptsNothingThatGitRefuses()
    {
        var names = new List<string>();
        Gen.String[Gen.Char["abc./@{}~^:-lock\\ "], 1, 8].Sample(
            name =>
            {
                if (GitRef.TryParse(name, out var reference, out _))
                    names.Add(reference.Name);
            },
            iter: 400, threads: 1, seed: "0N0XIzNsQ0O2");
        foreach (var name in names.Distinct().Take(60))
            Assert.Equal($"refs/heads/{name}", await GitHost.RunAsync("/", "check-ref-format", "--normalize", $"refs/heads/{name}"));
        Assert.NotEmpty(names);
    }
}
