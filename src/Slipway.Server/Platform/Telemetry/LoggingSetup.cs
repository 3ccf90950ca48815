using Microsoft.Extensions.Configuration.Memory;

namespace Slipway.Server.Platform.Telemetry;

internal static class LoggingSetup
{
    /// <summary>
    /// Keeps the framework quiet unless the configuration says otherwise: at Information it writes down the address of every request, and
    /// addresses may carry one-time tokens.
    /// </summary>
    public static WebApplicationBuilder AddQuietLogging(this WebApplicationBuilder builder)
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft"] = "Warning",
                ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
                ["Logging:LogLevel:Quartz"] = "Warning",
            },
        });
        return builder;
    }
}
