using Slipway.Server.Platform.Documents;

namespace Slipway.Server.Platform.Http;

/// <summary>Headers that keep browsers from running, framing or leaking what the dashboard did not mean.</summary>
internal static class SecurityHeaders
{
    // Tabler's style sheet draws arrows and check marks with data: images.
    private const string ContentPolicy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Lets the forms of this page lead to an address elsewhere, which must be one that somebody registered.</summary>
    public static void AllowFormsToLeadTo(HttpContext context, string? address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url))
            return;
        var source = url.Scheme is "http" or "https" ? $"{url.Scheme}://{url.IdnHost}:{url.Port}" : url.Scheme + ":";
        context.Response.Headers.ContentSecurityPolicy =
            ContentPolicy.Replace("form-action 'self'", $"form-action 'self' {source}", StringComparison.Ordinal);
    }

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (!context.Request.Path.StartsWithSegments("/api"))
        {
            context.Response.OnStarting(() =>
            {
                if (headers.ContentSecurityPolicy.Count == 0)
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
