using System.Security.Cryptography;
using System.Text;
using Slipway.Engine;

namespace Slipway.Server.Hooks;

/// <summary>How a git host shows that it knows the hook's secret.</summary>
internal static class HookProof
{
    private const string Algorithm = "sha256=";

    // GitHub, Gitea and Forgejo; Bitbucket.
    private static readonly string[] SignatureHeaders = ["X-Hub-Signature-256", "X-Hub-Signature"];

    /// <summary>By a signature of the body, or as GitLab does, by sending the secret.</summary>
    public static bool IsGiven(IHeaderDictionary headers, byte[] body, Secret secret)
    {
        var key = Encoding.UTF8.GetBytes(secret.Reveal());
        var expected = Algorithm + Convert.ToHexStringLower(HMACSHA256.HashData(key, body));
        return SignatureHeaders.Any(name => AreEqual(headers[name].ToString(), new(expected))) || AreEqual(headers["X-Gitlab-Token"].ToString(), secret);
    }

    /// <summary>Compares in a time that does not tell how much was right.</summary>
    public static bool AreEqual(string given, Secret expected) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected.Reveal())));
}
