using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Slipway.Server.Platform.Proxies;

/// <summary>Reverse proxies in front of the server. Section <c>Slipway:Proxies</c>.</summary>
internal sealed class ProxyOptions
{
    public const string Section = "Slipway:Proxies";

    /// <summary>Addresses or networks whose X-Forwarded-For is believed. Nobody else's is.</summary>
    public List<string> Trusted { get; } = [];

    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network))
            return true;
        if (!IPAddress.TryParse(text, out var address))
            return false;
        network = new(address, address.GetAddressBytes().Length * 8);
        return true;
    }
}

internal sealed class ProxyOptionsValidator : IValidateOptions<ProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        var problems = options.Trusted.Where(text => !ProxyOptions.TryParse(text, out _))
            .Select(text => $"Slipway:Proxies:Trusted holds '{text}'. It must be an IP address or a network like 10.0.0.0/8.").ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}

internal static class ProxySetup
{
    public static void AddProxies(this IServiceCollection services)
    {
        services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptionsValidator>();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>((headers, proxies) =>
        {
            // Addresses only: absolute links come from the configuration, never from a request.
            // With no proxy listed the framework would believe every one.
            headers.ForwardedHeaders = proxies.Value.Trusted.Count > 0 ? ForwardedHeaders.XForwardedFor : ForwardedHeaders.None;
            headers.ForwardLimit = null;
            headers.KnownProxies.Clear();
            headers.KnownIPNetworks.Clear();
            foreach (var text in proxies.Value.Trusted)
                if (ProxyOptions.TryParse(text, out var network))
                    headers.KnownIPNetworks.Add(network);
        });
    }
}
