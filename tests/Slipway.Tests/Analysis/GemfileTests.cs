using Slipway.Engine.Analysis.Gems;

namespace Slipway.Tests.Analysis;

public sealed class GemfileTests
{
    [Fact]
    public void Gemfile_IsReadByPatterns()
    {
        var gemfile = Gemfile.Parse(Samples.RailsGemfile);

        Assert.Equal(["https://rubygems.org"], gemfile.Sources);
        Assert.Equal(["~> 3.1"], gemfile.Ruby);
        Assert.Equal(
            [
                "rails|~> 7.0.8,>= 7.0.8.1||False", "pg|~> 1.4||False", "puma|~> 6.0||False", "sidekiq|< 8||False", "shop_core|||True", "audit|||True", "bootsnap|||False",
                "sqlite3|~> 1.4|development,test|False", "debug||development,test|False", "web-console||development|False", "capybara||test|False",
                "dalli||production,staging|False", "thin||development|False",
            ],
            gemfile.Gems.Select(gem => $"{gem.Name}|{string.Join(',', gem.Versions)}|{string.Join(',', gem.Groups)}|{gem.IsElsewhere}"));
        Assert.Equal(["capybara", "debug", "sqlite3", "thin", "web-console"], gemfile.OnlyIn("development", "test").Order());
    }

    [Fact]
    public void Gemfile_CommentsAndStringsAreTold()
    {
        var gemfile = Gemfile.Parse("# gem 'no'\ngem 'a' # gem 'b'\ngem \"c#d\"\n  gem 'e', '1.0' if RUBY_VERSION > '3' # x\nsource :rubygems\nputs \"gem 'f'\"\n");
        Assert.Equal(["a", "e"], gemfile.Gems.Select(gem => gem.Name));
        Assert.Equal(["https://rubygems.org"], gemfile.Sources);
    }

    [Fact]
    public void Gemfile_SourceBlockIsNoGroup()
    {
        var gemfile = Gemfile.Parse("source 'https://gems.example.test' do\n  gem 'a'\n  platforms :ruby do\n    gem 'b', group: %i[test development]\n  end\nend\ngem 'c'\n");
        Assert.Equal(["https://gems.example.test"], gemfile.Sources);
        Assert.Equal(["a:", "b:test,development", "c:"], gemfile.Gems.Select(gem => $"{gem.Name}:{string.Join(',', gem.Groups)}"));
    }

    [Fact]
    public void Lock_IsReadSectionBySection()
    {
        var locked = GemfileLock.Parse(Samples.RailsLock.ReplaceLineEndings("\r\n"));

        Assert.Equal(26, locked.Gems.Count);
        Assert.Equal(["ruby", "x86_64-darwin", "x86_64-linux"], locked.Platforms);
        Assert.Equal("3.1.2", locked.RubyVersion);
        Assert.Equal("2.3.27", locked.BundlerVersion);
        Assert.Equal(["audit", "bootsnap", "capybara", "dalli", "debug", "pg", "puma", "rails", "shop_core", "sidekiq", "sqlite3", "thin", "web-console"], locked.Dependencies);
        Assert.True(locked.HasGemServer);
        Assert.False(locked.HasConflictMarkers);

        var nokogiri = locked.Gems["nokogiri"];
        Assert.Equal(("1.15.4", "x86_64-darwin"), (nokogiri.Version, Assert.Single(nokogiri.Platforms)));
        Assert.Equal(["connection_pool", "rack", "redis-client"], locked.Gems["sidekiq"].Dependencies);
        var audit = locked.Gems["audit"].Source;
        Assert.Equal((GemSourceKind.Git, "https://github.com/acme/audit.git", "8a5bd4d5bbb6f1a0c0f4a7d5ab16d0ad07b0a0a1", "main"), (audit.Kind, Assert.Single(audit.Remotes), audit.Revision, audit.Branch));
        Assert.Equal((GemSourceKind.Path, "engines/shop_core"), (locked.Gems["shop_core"].Source.Kind, Assert.Single(locked.Gems["shop_core"].Source.Remotes)));
        Assert.Equal("https://rubygems.org/", Assert.Single(locked.Gems["pg"].Source.Remotes));
    }

    [Fact]
    public void Lock_WithoutRemoteHasNoGemServer()
    {
        var locked = GemfileLock.Parse(Samples.SystemGemsLock);
        Assert.False(locked.HasGemServer);
        Assert.Equal(["nio4r", "puma", "rack"], locked.Gems.Keys.Order());
        Assert.Null(locked.RubyVersion);
    }
}
