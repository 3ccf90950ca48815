using System.Security.Cryptography;
using Slipway.Engine;

namespace Slipway.Server.Hooks;

/// <summary>The public address of a stack's redeployment hook: a key by which it is found, and a token that is compared.</summary>
internal static class HookAddress
{
    public const string Root = "/stacks/redeploy";
    private const int PartLength = 32;

    public static string NewPart() => RandomNumberGenerator.GetHexString(PartLength, lowercase: true);

    /// <param name="root">Address of <see cref="Root"/> on this server.</param>
    /// <param name="key">By which the stack is found.</param>
    /// <param name="token">What the caller must know.</param>
    public static string? For(string root, string? key, Secret? token) => key is null || token is null ? null : $"{root}/{key}/{token.Reveal()}";
}
