using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Dashboard.Pages.Actions;
using Slipway.Dashboard.Pages.Audit;

namespace Slipway.Dashboard;

/// <summary>The pages that people use. They call the API through a scoped SlipwayClient, which the host registers.</summary>
public static class DashboardApp
{
    public static WebApplicationBuilder AddSlipwayDashboard(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents();
        // Outside of Development the files of a program that was built and not published would not be found.
        builder.WebHost.UseStaticWebAssets();
        return builder;
    }

    /// <summary>Maps all pages, for people who are signed in unless a page says otherwise.</summary>
    public static void MapSlipwayDashboard(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapStaticAssets().AllowAnonymous();
        endpoints.MapRazorComponents<App>().WithStaticAssets().RequireAuthorization();
        endpoints.MapGet("/stacks/{uid}/actions/{id:int}/log.txt", ActionLogFile.WriteAsync).RequireAuthorization();
        endpoints.MapGet("/audit/export.{format:regex(^(csv|jsonl)$)}", AuditFile.WriteAsync).RequireAuthorization();
    }
}
