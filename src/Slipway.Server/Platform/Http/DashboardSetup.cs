using Slipway.Dashboard;
using Slipway.Server.Platform.Auth;

namespace Slipway.Server.Platform.Http;

/// <summary>The dashboard inside this server.</summary>
internal static class DashboardSetup
{
    public static WebApplicationBuilder AddDashboard(this WebApplicationBuilder builder)
    {
        builder.AddSlipwayDashboard();
        builder.AddInProcessCalls();
        builder.Services.AddSessionForms();
        return builder;
    }

    /// <summary>Comes before the API's own middleware, which calls of the pages run through.</summary>
    public static void UseDashboard(this WebApplication app)
    {
        // First, so that all behind sees the address of the client.
        app.UseForwardedHeaders();
        app.UseInProcessCalls();
        app.UseSecurityHeaders();
        app.UseWhen(context => !context.Request.Path.StartsWithSegments("/api"), pages => pages.UseMiddleware<PageErrors>());
    }

    public static void MapDashboard(this WebApplication app)
    {
        app.MapSession();
        app.MapSlipwayDashboard();
    }
}
