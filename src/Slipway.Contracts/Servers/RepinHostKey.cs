namespace Slipway.Contracts.Servers;

/// <summary>Confirms that a machine was made anew and so shows another host key.</summary>
public sealed record RepinHostKey
{
    /// <summary>The fingerprint that it shows now, as somebody compared it on the machine itself.</summary>
    public required string HostKey { get; init; }

    /// <summary>A private key that opens the machine now, used once and not kept. Not needed where the stack's public key is there already.</summary>
    public string? PrivateKey { get; init; }
}
