using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.OAuth;

/// <summary>
/// What protects codes on their way. Both keys follow from the master key, so they are the same after every start and on every node, and
/// there is nothing to store.
/// </summary>
internal static class OAuthKeys
{
    public static SymmetricSecurityKey Encryption(MasterKey master) => new(master.Derive("oauth encryption"));

    public static ECDsaSecurityKey Signing(MasterKey master)
    {
        var scalar = master.Derive("oauth signing");
        // Below the order of the curve, as a private key must be.
        scalar[0] &= 0x7f;
        return new(ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar }));
    }
}
