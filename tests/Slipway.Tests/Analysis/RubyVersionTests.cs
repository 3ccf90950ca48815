using Slipway.Engine.Analysis;
using Slipway.Engine.Analysis.Gems;

namespace Slipway.Tests.Analysis;

public sealed class RubyVersionTests
{
    [Theory]
    [InlineData("ruby '3.1.2'", "", "", "", "3.1.2", "Gemfile", "3.1.2", true)]
    [InlineData("ruby '~> 3.1.0'", "", "", "", "~> 3.1.0", "Gemfile", "3.1.2", true)]
    [InlineData("ruby '>= 3.0', '< 3.2'", "", "", "", ">= 3.0, < 3.2", "Gemfile", "3.1.2", true)]
    [InlineData("ruby \"3.3.5\", patchlevel: '100'", "", "", "", "3.3.5", "Gemfile", "3.3.5", false)]
    [InlineData("ruby '~> 3.2'", "", "", "", "~> 3.2", "Gemfile", "3.3.5", false)]
    [InlineData("ruby file: '.ruby-version'", "3.1.2", "", "", "3.1.2", "Gemfile (.ruby-version)", "3.1.2", true)]
    [InlineData("ruby File.read(\".ruby-version\").strip", "ruby-3.1.2", "", "", "3.1.2", "Gemfile (.ruby-version)", "3.1.2", true)]
    [InlineData("ruby file: '.tool-versions'", "", "nodejs 20.0.0\nruby 3.1.2\n", "", "3.1.2", "Gemfile (.tool-versions)", "3.1.2", true)]
    [InlineData("", "3.1.4\n", "", "", "3.1.4", ".ruby-version", "3.1.2", true)]
    [InlineData("", "3.1", "", "", "3.1", ".ruby-version", "3.1.2", true)]
    [InlineData("", "3.3", "", "", "3.3", ".ruby-version", "3.3.5", false)]
    [InlineData("", "", "ruby 3.2.4 # c\n", "", "3.2.4", ".tool-versions", "3.2.4", false)]
    [InlineData("", "", "", "production: {rails: {configuration: {ruby_version: 3.1.1}}}", "3.1.1", ".cloud66/manifest.yml", "3.1.2", true)]
    [InlineData("ruby '3.1.2'", "2.7.1", "", "production: {rails: {configuration: {ruby_version: 2.1.3}}}", "3.1.2", "Gemfile", "3.1.2", true)]
    public async Task Ruby_IsFound(string gemfile, string rubyVersion, string toolVersions, string manifest, string wanted, string source, string version, bool isDistribution)
    {
        var result = await AnalyzeAsync(gemfile, rubyVersion, toolVersions, manifest);
        Assert.Equal(new RubyChoice(wanted, source, version, isDistribution), result.Ruby);
        Assert.Empty(result.Problems);
    }

    [Theory]
    [InlineData("ruby '3.1.4'", "", "Gemfile asks for Ruby 3.1.4, which is not to be had: the distribution has 3.1.2, and the configured source has 3.2.4, 3.3.5. Ask for a version that is there, or have an administrator configure a Ruby source.")]
    [InlineData("ruby '< 3'", "", "Gemfile asks for Ruby < 3, which is not to be had: the distribution has 3.1.2, and the configured source has 3.2.4, 3.3.5. Ask for a version that is there, or have an administrator configure a Ruby source.")]
    [InlineData("", "2.7.8", ".ruby-version asks for Ruby 2.7.8, which is not to be had: the distribution has 3.1.2, and the configured source has 3.2.4, 3.3.5. Ask for a version that is there, or have an administrator configure a Ruby source.")]
    [InlineData("ruby '3.1.2', engine: 'jruby', engine_version: '9.4.0'", "", "The Gemfile asks for the Ruby engine jruby. Slipway runs the standard Ruby (MRI) only.")]
    public async Task Ruby_ThatIsNotToBeHad_IsAProblem(string gemfile, string rubyVersion, string problem)
    {
        var result = await AnalyzeAsync(gemfile, rubyVersion, "", "");
        Assert.Equal([problem], result.Problems);
    }

    [Theory]
    [InlineData("1.0", "1.0.0", 0)]
    [InlineData("1.10", "1.9", 1)]
    [InlineData("3.2.0.rc1", "3.2.0", -1)]
    [InlineData("3.2.0.rc1", "3.2.0.preview3", 1)]
    [InlineData("2.7", "3", -1)]
    public void Versions_CompareAsInRubyGems(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(GemVersion.TryParse(left)!.CompareTo(GemVersion.TryParse(right))));
        Assert.Equal(-order, Math.Sign(GemVersion.TryParse(right)!.CompareTo(GemVersion.TryParse(left))));
    }

    [Theory]
    [InlineData("~> 3.1", "3.9.9", true)]
    [InlineData("~> 3.1", "4.0", false)]
    [InlineData("~> 3.1.4", "3.1.9", true)]
    [InlineData("~> 3.1.4", "3.2.0", false)]
    [InlineData("~> 3", "3.9", true)]
    [InlineData("~>3.1.4", "3.1.3", false)]
    [InlineData("!= 3.1.2", "3.1.2", false)]
    [InlineData("> 3.1", "3.1.0", false)]
    [InlineData("<= 3.1", "3.1.0", true)]
    public void Requirements_AreThoseOfRubyGems(string requirement, string version, bool satisfied) =>
        Assert.Equal(satisfied, GemRequirement.TryParse([requirement])!.IsSatisfiedBy(GemVersion.TryParse(version)!));

    private static Task<AnalysisResult> AnalyzeAsync(string gemfile, string rubyVersion, string toolVersions, string manifest)
    {
        var files = new List<(string, string)> { ("Gemfile", gemfile + "\ngem 'puma'\n"), ("config.ru", "") };
        if (rubyVersion is not "")
            files.Add((".ruby-version", rubyVersion));
        if (toolVersions is not "")
            files.Add((".tool-versions", toolVersions));
        if (manifest is not "")
            files.Add((".cloud66/manifest.yml", manifest));
        return RepositoryAnalysis.AnalyzeAsync(
            new FakeRepository([.. files]), new AnalysisOptions { DistributionRuby = "3.1.2", BuildableRubies = ["3.2.4", "3.3.5"] }, TestContext.Current.CancellationToken);
    }
}
