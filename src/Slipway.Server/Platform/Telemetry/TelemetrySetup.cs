using System.Net;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Platform.Telemetry;

/// <summary>Metrics that Prometheus fetches, traces that are sent where the configuration says.</summary>
internal static class TelemetrySetup
{
    private const string Path = "/metrics";

    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section)
            .Validate(options => options.LogFormat is "text" or "json", "Slipway:Telemetry:LogFormat must be text or json.")
            .ValidateOnStart();
        services.AddSingleton<QueueGauges>();
        // Read here, for what is not asked for is not even set up: it would cost each start.
        var options = builder.Configuration.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new();
        if (options.LogFormat == "json")
            builder.Logging.ClearProviders().AddJsonConsole(console => console.IncludeScopes = true);
        if (options.Metrics)
            services.AddOpenTelemetry().WithMetrics(metrics => metrics
                .AddMeter(WorkTelemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql")
                .AddPrometheusExporter());
        if (options.TracesEndpoint is { } endpoint)
            services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("slipway")).WithTracing(traces => traces
                .AddSource(WorkTelemetry.Name)
                .AddAspNetCoreInstrumentation()
                .AddOtlpExporter(exporter =>
                {
                    exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                    exporter.Endpoint = endpoint;
                }));
        return builder;
    }

    public static void MapMetrics(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<TelemetryOptions>>().Value.Metrics)
            return;
        // Gauges exist once somebody has made them.
        app.Services.GetRequiredService<QueueGauges>();
        app.MapPrometheusScrapingEndpoint(
            Path,
            meterProvider: null,
            configureBranchedPipeline: metrics => metrics.Use((context, next) => MayRead(context) ? next(context) : ApiProblem.NotFound().ExecuteAsync(context)),
            optionsName: null).AllowAnonymous();
    }

    // A proxy on this machine would let the whole world look as if it were on it.
    private static bool MayRead(HttpContext context)
    {
        var token = context.RequestServices.GetRequiredService<IOptions<TelemetryOptions>>().Value.MetricsToken;
        if (!string.IsNullOrEmpty(token))
            return OpaqueToken.IsMatch(context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.OrdinalIgnoreCase), OpaqueToken.Hash(token));
        return context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
            && !context.Request.Headers.Keys.Any(name => name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) || name is "Forwarded" or "Via" or "X-Real-IP");
    }
}
