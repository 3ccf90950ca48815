using System.Security.Cryptography;
using System.Text;

namespace Slipway.Engine.Remote.Helper;

/// <summary>The program that Slipway puts on machines, and the only command texts that are ever sent to them.</summary>
internal static class HelperScript
{
    private static readonly string[] Sections = ["fence", "processes", "tickets", "supervise", "direct", "files", "probe", "facts", "bridge"];

    // What stands behind the end mark is compiled only where it is needed.
    private static readonly byte[] Text =
    [
        .. Load("base"), .. Load("main"), .. "\n__END__\n"u8,
        .. Sections.SelectMany(section => (byte[])[.. Encoding.ASCII.GetBytes($"=section {section}\n"), .. Load(section)]),
    ];

    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Text))[..16];

    public static string Path { get; } = $"/usr/local/lib/slipway/helper-{Hash}";

    /// <summary>What <c>perl -</c> reads to put the helper in its place.</summary>
    public static byte[] Installer { get; } = [.. Load("install"), .. Encoding.ASCII.GetBytes($"{Hash} {Text.Length}\n"), .. Text];

    public static string CommandFor(string userName) => AsRoot(userName, Path);

    public static string InstallCommandFor(string userName) => AsRoot(userName, "/usr/bin/perl -");

    private static string AsRoot(string userName, string constant) => userName == "root" ? constant : "sudo -n " + constant;

    private static byte[] Load(string part)
    {
        var name = $"{typeof(HelperScript).Namespace}.{part}.pl";
        using var resource = typeof(HelperScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from the assembly.");
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    }
}
