using Microsoft.OpenApi;
using Scalar.AspNetCore;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Platform.Documents;

/// <summary>The API's description for programs, and pages that show it to people.</summary>
internal static class DocumentSetup
{
    public const string TokenScheme = "token";
    public const string Path = "/openapi/v3.json";
    private const string Name = "v3";
    private const string Pages = "/docs";

    public static IServiceCollection AddDocuments(this IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.ShouldInclude = description => $"/{description.RelativePath}".StartsWith(ApiSetup.Root, StringComparison.Ordinal);
        options.AddDocumentTransformer((document, _, _) => IntroduceAsync(document));
        options.AddOperationTransformer<ApiOperations>();
    });

    public static void MapDocuments(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapScalarApiReference(Pages, options =>
        {
            options.WithTitle("Slipway API").WithNonce();
            options.AddDocument(Name, routePattern: Path).DisableDefaultFonts().DisableAgent().DisableMcp();
            // Its bar of tools leads to services of its maker.
            options.HideDeveloperTools().HideClientButton().DisableTelemetry().AddPreferredSecuritySchemes([TokenScheme]);
        }).AllowAnonymous();
    }

    /// <summary>Scalar brings its styles in elements that it makes, and its script starts with a nonce; all the rest stays forbidden.</summary>
    public static string ContentPolicy(HttpContext context, string policy) =>
        context.Request.Path.StartsWithSegments(Pages) && context.Items[ScalarOptions.NonceHttpContextItemKey] is string nonce
            ? $"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; {policy}"
            : policy;

    private static Task IntroduceAsync(OpenApiDocument document)
    {
        document.Info = new()
        {
            Title = "Slipway",
            Version = Name,
            Description = "The Cloud 66 v3 API and what Slipway adds. Paths may end in `.json`; parameters may stand in the query, in a JSON "
                + "body or in a form, on every verb; empty means absent. Each reply carries `X-RateLimit-Limit` and `X-RateLimit-Remaining`.",
        };
        document.Servers = [new() { Url = "/" }];
        document.Components ??= new();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[TokenScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = $"A personal token, or one that an application got by OAuth2. Scopes: {string.Join(", ", Scopes.All)}; none contains another.",
        };
        return Task.CompletedTask;
    }
}
