using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Server.Audit;

namespace Slipway.Server.Platform.Audit;

/// <summary>What holds an account's entries together.</summary>
internal sealed class AuditChain(byte[] key)
{
    /// <summary>What the first entry stands behind.</summary>
    public const string Start = "";

    /// <summary>SHA-256 of the entry before and of all that this one says. Lengths stand before texts, so that none can pass for another.</summary>
    public static string Hash(string previous, AuditEntry entry)
    {
        string?[] parts =
        [
            previous, Number(entry.AccountId), Number(entry.Number), Number(entry.Time.ToUnixTimeMilliseconds()),
            entry.UserId is { } user ? Number(user) : null, entry.Who, entry.Via, entry.Credential, entry.Address, entry.RequestId,
            entry.Operation, entry.SubjectType, entry.Subject, entry.StackUid, entry.Changes,
        ];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part ?? "");
            hash.AppendData(Encoding.ASCII.GetBytes($"{(part is null ? -1 : bytes.Length)}:"));
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public string Mac(AuditHead head) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"{head.AccountId}:{head.Number}:{head.Hash}")));

    public bool IsGenuine(AuditHead head) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Mac(head)), Encoding.UTF8.GetBytes(head.Mac));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
