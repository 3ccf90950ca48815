using System.Net;
using Microsoft.Extensions.Options;

namespace Slipway.Server.Platform.Outbound;

/// <summary>Where Slipway may connect to when a user names the address. Section <c>Slipway:Outbound</c>.</summary>
internal sealed class OutboundOptions
{
    public const string Section = "Slipway:Outbound";

    /// <summary>
    /// Networks like 127.0.0.0/8 that may be contacted although they are loopback or link-local. Private networks need no mention.
    /// </summary>
    public IList<string> AllowedNetworks { get; } = [];

    public IReadOnlyList<IPNetwork> Networks => [.. AllowedNetworks.Select(IPNetwork.Parse)];
}

internal sealed class OutboundOptionsValidator : IValidateOptions<OutboundOptions>
{
    public ValidateOptionsResult Validate(string? name, OutboundOptions options)
    {
        var wrong = options.AllowedNetworks.Where(network => !IPNetwork.TryParse(network, out _)).ToList();
        return wrong.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong.Select(network =>
                $"Slipway:Outbound:AllowedNetworks holds '{network}'. Each must be an address and a prefix length, like 10.0.0.0/8."));
    }
}
