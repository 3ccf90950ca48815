using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Slipway.Server.Platform.Data.Keys;

namespace Slipway.Server.Platform.Data;

/// <summary>Keys of cookies and links, sealed with the master key.</summary>
internal static class SealedKeys
{
    public static void AddSealedKeys(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("slipway");
        services.AddSingleton<ProtectionKeys>();
        services.AddOptions<KeyManagementOptions>().Configure<ProtectionKeys, MasterKey>((keys, repository, master) =>
        {
            keys.XmlRepository = repository;
            keys.XmlEncryptor = new SealingEncryptor(new(master.Derive("data protection")));
        });
    }

    private sealed class SealingEncryptor(SecretBox box) : IXmlEncryptor
    {
        public EncryptedXmlInfo Encrypt(XElement plaintextElement) =>
            new(new XElement("sealed", box.Seal(new(plaintextElement.ToString(SaveOptions.DisableFormatting)))), typeof(SealingDecryptor));
    }
}

/// <summary>Made by data protection from the type name that is stored beside each key.</summary>
internal sealed class SealingDecryptor(IServiceProvider services) : IXmlDecryptor
{
    private readonly SecretBox _box = new(services.GetRequiredService<MasterKey>().Derive("data protection"));

    public XElement Decrypt(XElement encryptedElement) => XElement.Parse(_box.Open(encryptedElement.Value).Reveal());
}
