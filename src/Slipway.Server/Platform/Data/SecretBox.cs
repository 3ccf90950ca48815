using System.Security.Cryptography;
using System.Text;
using Slipway.Engine;

namespace Slipway.Server.Platform.Data;

/// <summary>Encrypts secrets for the database with AES-256-GCM, under a key that is not in the database.</summary>
internal sealed class SecretBox(byte[] key)
{
    private const string Version = "1:";

    public string Seal(Secret secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret.Reveal());
        var box = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + plain.Length];
        var (nonce, tag, cipher) = Split(box);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag);
        return Version + Convert.ToBase64String(box);
    }

    /// <exception cref="CryptographicException">The text was sealed with another key, or changed since.</exception>
    public Secret Open(string text)
    {
        if (!text.StartsWith(Version, StringComparison.Ordinal))
            throw new CryptographicException("A stored secret has an unknown form.");
        var box = Convert.FromBase64String(text[Version.Length..]);
        var (nonce, tag, cipher) = Split(box);
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key, tag.Length);
        aes.Decrypt(nonce, cipher, tag, plain);
        return new(Encoding.UTF8.GetString(plain));
    }

    private static BoxParts Split(Span<byte> box) => new(box);

    private readonly ref struct BoxParts(Span<byte> box)
    {
        private readonly Span<byte> _box = box;

        public void Deconstruct(out Span<byte> nonce, out Span<byte> tag, out Span<byte> cipher)
        {
            var nonceEnd = AesGcm.NonceByteSizes.MaxSize;
            var tagEnd = nonceEnd + AesGcm.TagByteSizes.MaxSize;
            nonce = _box[..nonceEnd];
            tag = _box[nonceEnd..tagEnd];
            cipher = _box[tagEnd..];
        }
    }
}
