using Slipway.Server.Platform.Documents;

namespace Slipway.Server.Platform.Http;

/// <summary>Headers that keep browsers from running, framing or leaking what the dashboard did not mean.</summary>
internal static class SecurityHeaders
{
    // Tabler's style sheet draws arrows and check marks with data: images.
    private const string ContentPolicy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (!context.Request.Path.StartsWithSegments("/api"))
        {
            context.Response.OnStarting(() =>
            {
                headers.ContentSecurityPolicy = DocumentSetup.ContentPolicy(context, ContentPolicy);
                return Task.CompletedTask;
            });
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        }
        return next(context);
    });
}
