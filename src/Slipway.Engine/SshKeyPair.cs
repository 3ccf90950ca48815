using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Utilities;
using Org.BouncyCastle.Security;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Security;

namespace Slipway.Engine;

/// <summary>A key pair for SSH: one per stack, made here or pasted by the user.</summary>
internal sealed partial record SshKeyPair
{
    private const int MaxLength = 64 * 1024;

    private SshKeyPair(Secret privateKey, byte[] publicKey, string kind, string comment)
    {
        Private = privateKey;
        Public = $"{kind} {Convert.ToBase64String(publicKey)} {comment}".TrimEnd();
        Fingerprint = "SHA256:" + Convert.ToBase64String(SHA256.HashData(publicKey)).TrimEnd('=');
    }

    /// <summary>The private key as a PEM text that OpenSSH and SSH.NET read.</summary>
    public Secret Private { get; }

    /// <summary>The line for authorized_keys or for the deploy keys of a git host.</summary>
    public string Public { get; }

    /// <summary>As ssh-keygen -l shows it.</summary>
    public string Fingerprint { get; }

    /// <summary>Makes an ed25519 pair. It never touches the disk.</summary>
    public static SshKeyPair Create(string comment)
    {
        var key = new Ed25519PrivateKeyParameters(new SecureRandom());
        var blob = OpenSshPrivateKeyUtilities.EncodePrivateKey(key);
        var pem = new StringBuilder("-----BEGIN OPENSSH PRIVATE KEY-----\n");
        foreach (var line in Convert.ToBase64String(blob).Chunk(70))
            pem.Append(line).Append('\n');
        pem.Append("-----END OPENSSH PRIVATE KEY-----\n");
        return new SshKeyPair(
            new Secret(pem.ToString()), OpenSshPublicKeyUtilities.EncodePublicKey(key.GeneratePublicKey()), "ssh-ed25519", CleanComment(comment));
    }

    /// <summary>Checks a private key that a person pasted and derives the public one.</summary>
    public static SshKeyPair FromPrivate(Secret pem, string comment = "")
    {
        var text = pem.Reveal().ReplaceLineEndings("\n").Trim() + "\n";
        if (text.Length > MaxLength)
            throw new UserErrorException("The private key is too long to be one.");
        if (PublicKeyPattern().IsMatch(text))
            throw new UserErrorException("This is a public key. Paste the private one, which begins with -----BEGIN ... PRIVATE KEY-----.");
        if (!text.StartsWith("-----BEGIN ", StringComparison.Ordinal))
            throw new UserErrorException("This is not a private key. Paste the whole file, from -----BEGIN ... PRIVATE KEY----- to -----END ... PRIVATE KEY-----.");

        using var file = Open(text);
        var (kind, name) = file.Key switch
        {
            RsaKey { KeyLength: < 2048 } => throw new UserErrorException("The RSA key is shorter than 2048 bits, which OpenSSH no longer accepts. Make a new one with: ssh-keygen -t ed25519"),
            RsaKey => ("ssh-rsa", "ssh-rsa"),
            ED25519Key => ("ssh-ed25519", "ssh-ed25519"),
            EcdsaKey ecdsa => ($"ecdsa-sha2-nistp{ecdsa.KeyLength}", $"ecdsa-sha2-nistp{ecdsa.KeyLength}"),
            _ => throw new UserErrorException("This kind of key is not accepted. Use ed25519, ECDSA or RSA; make one with: ssh-keygen -t ed25519"),
        };
        return new SshKeyPair(new Secret(text), new KeyHostAlgorithm(name, file.Key).Data, kind, CleanComment(comment));
    }

    private static PrivateKeyFile Open(string text)
    {
        if (text.StartsWith("-----BEGIN ENCRYPTED ", StringComparison.Ordinal))
            throw Protected(null);
        try
        {
            return new PrivateKeyFile(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        }
        catch (SshPassPhraseNullOrEmptyException exception)
        {
            throw Protected(exception);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Two libraries parse here, and what they throw on garbage is an open set.
            throw new UserErrorException("The private key cannot be read: it is damaged, cut off or of an unknown kind. Paste the whole file again.", exception);
        }
    }

    private static UserErrorException Protected(Exception? cause) =>
        new("The private key is protected by a passphrase, which nobody could type during a deployment. "
            + "Paste one without (ssh-keygen -p removes it from a copy) or let Slipway make a key.", cause);

    private static string CleanComment(string comment) => UncleanPattern().Replace(comment, "-").Trim('-');

    [GeneratedRegex(@"^(ssh-|ecdsa-|-----BEGIN [A-Z ]*PUBLIC KEY)")]
    private static partial Regex PublicKeyPattern();

    [GeneratedRegex(@"[^A-Za-z0-9@._-]+")]
    private static partial Regex UncleanPattern();
}
