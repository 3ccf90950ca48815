using System.Globalization;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Tls;

/// <summary>What is done with certificates and keys on a server; keys never leave it.</summary>
internal static class CertificateCommands
{
    public const string CertificateFile = "certificate.pem";
    public const string KeyFile = "key.pem";

    /// <summary>Days that a self-signed certificate is good for: Apple's systems take none with more than 825, not even where somebody trusts it.</summary>
    public const int Days = 800;

    /// <summary>The names of what somebody has put there.</summary>
    public static IReadOnlyList<string> ListOwn(StackPaths paths) =>
        ["find", paths.Tls, "-mindepth", "1", "-maxdepth", "1", "-name", "*.pem", "-printf", "%f\\n"];

    public static IReadOnlyList<string> MakeSelfSigned(string directory) =>
    [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-pkeyopt", "ec_param_enc:named_curve", "-sha256", "-nodes",
        "-days", Days.ToString(CultureInfo.InvariantCulture), "-config", $"{directory}/{CertificateRequest.FileName}",
        "-keyout", $"{directory}/{KeyFile}", "-out", $"{directory}/{CertificateFile}",
    ];

    /// <summary>Copies what links lead to, too, as certbot's do.</summary>
    public static IReadOnlyList<string> CopyOwn(StackPaths paths, string directory) =>
        ["install", "--mode=0600", "--", paths.OwnCertificate, paths.OwnKey, directory];

    /// <summary>Prints it before blanks and the path.</summary>
    public static IReadOnlyList<string> Checksum(string file) => ["sha256sum", "--", file];

    public static IReadOnlyList<string> PublicKeyOfCertificate(string directory) => ["openssl", "x509", "-in", $"{directory}/{CertificateFile}", "-noout", "-pubkey"];

    /// <summary>Fails for a key with a passphrase, in place of asking for it.</summary>
    public static IReadOnlyList<string> PublicKeyOfKey(string directory) => ["openssl", "pkey", "-in", $"{directory}/{KeyFile}", "-passin", "pass:", "-pubout"];

    /// <summary>Whether a certificate is good for this time at least.</summary>
    public static IReadOnlyList<string> IsGoodFor(string directory, TimeSpan time) =>
        ["openssl", "x509", "-in", $"{directory}/{CertificateFile}", "-noout", "-checkend", ((long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture)];

    public static IReadOnlyList<string> RemoveOtherPairs(StackPaths paths, string name) =>
        ["find", paths.TlsPairs, "-mindepth", "1", "-maxdepth", "1", "!", "-name", name, "-exec", "rm", "--recursive", "--force", "--", "{}", "+"];
}
