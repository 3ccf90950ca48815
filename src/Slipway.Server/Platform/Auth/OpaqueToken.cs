using System.Security.Cryptography;
using System.Text;

namespace Slipway.Server.Platform.Auth;

/// <summary>Random tokens of 256 bits. They are stored as SHA-256, which needs no salt at that length.</summary>
internal static class OpaqueToken
{
    public const int Length = 64;

    public static string New() => RandomNumberGenerator.GetHexString(Length, lowercase: true);

    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static bool IsMatch(string token, string hash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(token)), Encoding.ASCII.GetBytes(hash));
}
