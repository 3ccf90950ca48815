namespace Slipway.Engine.Analysis;

/// <summary>The Ruby that each release of Debian and Ubuntu packages.</summary>
internal static class DistributionRuby
{
    private const string OfUnknown = "3.1.2";

    /// <param name="codename">VERSION_CODENAME of os-release; null before there is a server, then a present Debian is assumed.</param>
    public static string Of(string? codename) => codename switch
    {
        "buster" => "2.5.5",
        "bullseye" => "2.7.4",
        "bookworm" => "3.1.2",
        "trixie" => "3.3.8",
        "focal" => "2.7.0",
        "jammy" => "3.0.2",
        "noble" => "3.2.3",
        _ => OfUnknown,
    };
}
