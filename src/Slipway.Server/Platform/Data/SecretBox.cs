using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Slipway.Engine;

namespace Slipway.Server.Platform.Data;

/// <summary>Encrypts secrets for the database with AES-256-GCM, under a key that is not in the database.</summary>
internal sealed class SecretBox(byte[] key) : IEquatable<SecretBox>
{
    private const string Version = "1:";
    private const int NonceSize = 12;
    private const int TagSize = 16;

    public string Seal(Secret secret) => Version + Convert.ToBase64String(SealBytes(Encoding.UTF8.GetBytes(secret.Reveal())));

    /// <exception cref="CryptographicException">The text was sealed with another key, or changed since.</exception>
    public Secret Open(string text)
    {
        if (!text.StartsWith(Version, StringComparison.Ordinal) || !Base64.IsValid(text.AsSpan(Version.Length)))
            throw new CryptographicException("A stored secret has an unknown form.");
        return new(Encoding.UTF8.GetString(OpenBytes(Convert.FromBase64String(text[Version.Length..]))));
    }

    /// <summary>Nonce, tag and cipher text in one.</summary>
    public byte[] SealBytes(ReadOnlySpan<byte> plain)
    {
        var box = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceSize));
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(box.AsSpan(0, NonceSize), plain, box.AsSpan(NonceSize + TagSize), box.AsSpan(NonceSize, TagSize));
        return box;
    }

    public byte[] OpenBytes(ReadOnlySpan<byte> box)
    {
        if (box.Length < NonceSize + TagSize)
            throw new CryptographicException("A stored secret is cut off.");
        var plain = new byte[box.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(box[..NonceSize], box[(NonceSize + TagSize)..], box.Slice(NonceSize, TagSize), plain);
        return plain;
    }

    public bool Equals(SecretBox? other) => other is not null && other.Holds(key);

    public override bool Equals(object? obj) => Equals(obj as SecretBox);

    public override int GetHashCode() => BitConverter.ToInt32(SHA256.HashData(key));

    private bool Holds(byte[] otherKey) => CryptographicOperations.FixedTimeEquals(key, otherKey);
}
