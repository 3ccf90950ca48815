using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Slipway.Engine;
using Slipway.Engine.Git;
using Slipway.Engine.Remote;
using Slipway.Engine.Remote.Ssh;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.Platform.Outbound;

/// <summary>The engine's ways to the outside: machines over SSH, and git hosts.</summary>
internal static class OutboundSetup
{
    public static WebApplicationBuilder AddOutbound(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<OutboundOptions>().BindConfiguration(OutboundOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<OutboundOptions>, OutboundOptionsValidator>();
        services.TryAddSingleton(new EngineTimeouts());
        services.TryAddSingleton(provider => new OutboundGuard(provider.GetRequiredService<IOptions<OutboundOptions>>().Value.Networks));
        services.TryAddSingleton<IRemoteHosts, RemoteHosts>();
        services.TryAddSingleton(provider => new GitOptions
        {
            Directory = Path.GetFullPath(Path.Combine(provider.GetRequiredService<IOptions<DataOptions>>().Value.DataDirectory, "mirrors")),
            AllowedNetworks = provider.GetRequiredService<IOptions<OutboundOptions>>().Value.Networks,
        });
        services.TryAddSingleton<GitMirrors>();
        return builder;
    }
}
