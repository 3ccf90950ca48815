namespace Slipway.Engine.Analysis.Gems;

/// <summary>What Slipway knows about single gems.</summary>
internal static class GemCatalog
{
    /// <summary>The gem's client speaks to this component.</summary>
    public static IReadOnlyList<(string Component, string[] Gems)> Components { get; } =
    [
        ("postgresql", ["pg"]),
        ("mysql", ["mysql2", "trilogy"]),
        ("redis", ["redis", "redis-client", "hiredis", "sidekiq", "resque"]),
        ("memcached", ["dalli", "memcached", "memcache-client"]),
        ("mongodb", ["mongo", "mongoid", "mongo_mapper"]),
        ("elasticsearch", ["elasticsearch", "elasticsearch-model", "elasticsearch-rails", "searchkick", "chewy", "tire"]),
    ];

    /// <summary>Debian's packages with the headers or programs that a gem is compiled with or calls.</summary>
    private static readonly Dictionary<string, string[]> Packages = new(StringComparer.Ordinal)
    {
        ["pg"] = ["libpq-dev"],
        ["mysql2"] = ["libmariadb-dev"],
        ["sqlite3"] = ["libsqlite3-dev"],
        ["nokogiri"] = ["libxml2-dev", "libxslt1-dev", "zlib1g-dev"],
        ["rmagick"] = ["libmagickwand-dev"],
        ["mini_magick"] = ["imagemagick"],
        ["ruby-vips"] = ["libvips42"],
        ["ffi"] = ["libffi-dev"],
        ["charlock_holmes"] = ["libicu-dev", "zlib1g-dev"],
        ["rugged"] = ["cmake", "libssl-dev", "pkg-config"],
        ["curb"] = ["libcurl4-openssl-dev"],
        ["typhoeus"] = ["libcurl4"],
        ["memcached"] = ["libsasl2-dev"],
        ["rbnacl"] = ["libsodium23"],
        ["psych"] = ["libyaml-dev"],
        ["puma"] = ["libssl-dev"],
        ["eventmachine"] = ["libssl-dev"],
        ["openssl"] = ["libssl-dev"],
        ["snappy"] = ["libsnappy-dev", "cmake"],
        ["zstd-ruby"] = ["libzstd-dev"],
        ["idn-ruby"] = ["libidn-dev"],
        ["ruby-odbc"] = ["unixodbc-dev"],
        ["tiny_tds"] = ["freetds-dev"],
        ["gpgme"] = ["libgpgme-dev"],
        ["rdkafka"] = ["zlib1g-dev", "libssl-dev"],
        ["rgeo"] = ["libgeos-dev"],
    };

    /// <summary>Only gems that are compiled from source need headers; a variant for Linux brings its own.</summary>
    public static IReadOnlyList<string> PackagesFor(IEnumerable<LockedGem> gems) =>
    [
        .. gems.Where(gem => gem.Source.Remotes.Count > 0 && !IsPrebuilt(gem))
            .SelectMany(gem => Packages.GetValueOrDefault(gem.Name) ?? [])
            .Distinct().Order(StringComparer.Ordinal),
    ];

    private static bool IsPrebuilt(LockedGem gem) => gem.Platforms.Any(platform => platform.Contains("linux", StringComparison.Ordinal));
}
