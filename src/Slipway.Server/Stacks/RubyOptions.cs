using Microsoft.Extensions.Options;
using Slipway.Engine.Stacks;

namespace Slipway.Server.Stacks;

/// <summary>Rubies that can be built on servers beside the distribution's. Section <c>Slipway:Ruby</c>.</summary>
internal sealed class RubyOptions
{
    public const string Section = "Slipway:Ruby";

    /// <summary>Source archives; none by default, then only the distribution's Ruby is to be had.</summary>
    public IList<RubyArchive> Sources { get; } = [];

    public IReadOnlyList<RubySource> Archives =>
        [.. Sources.Select(source => new RubySource(source.Version, new Uri(source.Url), source.Sha256))];
}

/// <summary>One Ruby's source.</summary>
internal sealed class RubyArchive
{
    /// <summary>Like 3.3.5.</summary>
    public string Version { get; set; } = "";

    /// <summary>http or https address of the .tar.gz archive, reachable from the servers.</summary>
    public string Url { get; set; } = "";

    /// <summary>SHA-256 of the archive, 64 hex characters.</summary>
    public string Sha256 { get; set; } = "";
}

internal sealed class RubyOptionsValidator : IValidateOptions<RubyOptions>
{
    public ValidateOptionsResult Validate(string? name, RubyOptions options)
    {
        var problems = options.Sources.SelectMany((source, index) => Problems(source, $"Slipway:Ruby:Sources:{index}")).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(RubyArchive source, string where)
    {
        if (!Version.TryParse(source.Version, out _))
            yield return $"{where}:Version is '{source.Version}'. It must be a version, like 3.3.5.";
        if (!Uri.TryCreate(source.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return $"{where}:Url is '{source.Url}'. It must be an http or https address of a .tar.gz archive.";
        if (source.Sha256.Length != 64 || !source.Sha256.All(char.IsAsciiHexDigitLower))
            yield return $"{where}:Sha256 must be the archive's SHA-256: 64 lower-case hex characters.";
    }
}
