namespace Slipway.Server.Platform.Telemetry;

/// <summary>Tells load balancers and people who start the server that it answers (/healthz), and whether it should be given requests (/readyz).</summary>
internal static class HealthSetup
{
    public static WebApplicationBuilder AddHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks();
        return builder;
    }

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/healthz").AllowAnonymous();
        app.MapGet("/readyz", Readiness.Handle).AllowAnonymous().ExcludeFromDescription();
    }
}
