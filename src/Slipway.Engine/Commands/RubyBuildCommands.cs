using System.Globalization;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands;

/// <summary>Ruby from its source archive.</summary>
internal static class RubyBuildCommands
{
    public static IReadOnlyList<string> Packages { get; } =
        ["build-essential", "ca-certificates", "curl", "libffi-dev", "libgmp-dev", "libssl-dev", "libyaml-dev", "zlib1g-dev"];

    public static IReadOnlyList<string> Download(RubySource source, string archive) =>
    [
        "curl", "--fail", "--silent", "--show-error", "--location", "--proto", "=http,https", "--proto-redir", "=http,https",
        "--retry", "3", "--output", archive, "--url", source.Url.AbsoluteUri,
    ];

    /// <summary>What sha256sum checks an archive against.</summary>
    public static string Checksum(RubySource source, string archive) => $"{source.Sha256.ToLowerInvariant()}  {archive}\n";

    public static IReadOnlyList<string> Verify(string checksumFile) => ["sha256sum", "--check", "--strict", checksumFile];

    public static IReadOnlyList<string> Unpack(string archive, string directory) =>
        ["tar", "--extract", "--file", archive, "--directory", directory, "--strip-components=1", "--no-same-owner"];

    public static IReadOnlyList<IReadOnlyList<string>> Build(string prefix, int jobs) =>
    [
        ["./configure", $"--prefix={prefix}", "--disable-install-doc", "--enable-shared"],
        ["make", "--jobs=" + jobs.ToString(CultureInfo.InvariantCulture)],
    ];

    public static IReadOnlyList<string> Install { get; } = ["make", "install"];
}
