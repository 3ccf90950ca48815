using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;
using Slipway.Contracts;
using Slipway.Server.OAuth;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Idempotency;
using Slipway.Server.Platform.Limits;
using Slipway.Server.Platform.People;
using Slipway.Server.Platform.Proxies;

namespace Slipway.Server.Platform.Http;

/// <summary>What all requests to the API have in common.</summary>
internal static class ApiSetup
{
    public const string Root = "/api/3";

    public static WebApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var listensAt = builder.Configuration["urls"]?.Split(';')[0];
        if (string.IsNullOrEmpty(listensAt))
            builder.WebHost.UseUrls(PublicOptions.DefaultUrl);
        services.AddOptions<PublicOptions>()
            .Configure(options => options.PublicUrl = string.IsNullOrEmpty(listensAt) ? PublicOptions.DefaultUrl : listensAt)
            .BindConfiguration(PublicOptions.Section)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<PublicOptions>, PublicOptionsValidator>();
        services.ConfigureHttpJsonOptions(options => Contract(options.SerializerOptions));
        services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section)
            .Validate(options => options.Deadline > TimeSpan.Zero, "Slipway:Api:Deadline must be longer than nothing, like 00:02:00.")
            .ValidateOnStart();
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<ApiOptions>>((timeouts, api) => timeouts.DefaultPolicy = new()
        {
            Timeout = api.Value.Deadline,
            TimeoutStatusCode = StatusCodes.Status408RequestTimeout,
        });
        services.AddRateLimit();
        services.AddDocuments();
        services.AddProxies();
        builder.WebHost.ConfigureKestrel(options => options.AddServerHeader = false);
        return builder;
    }

    /// <summary>The order matters: paths are put right before they are routed, and errors of everything behind are translated.</summary>
    public static void UseApi(this WebApplication app)
    {
        app.UseMiddleware<RequestIdMiddleware>();
        app.Use((context, next) =>
        {
            context.RequestServices.GetRequiredService<Origin>().Request = context;
            return next(context);
        });
        app.UseWhen(OAuthPaths.IsForPrograms, oauth => oauth.UseMiddleware<ErrorMiddleware>());
        app.UseWebSockets();
        app.Use((context, next) =>
        {
            // Over HTTP/2 a websocket is asked for with CONNECT. Routes and rules know it as the GET that it is over HTTP/1.1.
            if (HttpMethods.IsConnect(context.Request.Method) && context.WebSockets.IsWebSocketRequest)
                context.Request.Method = HttpMethods.Get;
            return next(context);
        });
        app.UseWhen(IsApi, api => api.UseMiddleware<RateLimitHeaders>().UseMiddleware<ErrorMiddleware>().UseMiddleware<PathMiddleware>());
        app.UseRouting();
        app.UseRequestTimeouts();
        // UseAuthentication hands each request to OpenIddict first, which would cost the API a good part of its speed. The host adds it in front
        // of everything unless this tells that it is there already.
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
        app.UseWhen(OAuthPaths.IsProtocol, oauth => oauth.UseAuthentication());
        app.UseWhen(context => !OAuthPaths.IsProtocol(context), rest => rest.Use(AuthenticateAsync));
        app.UseWhen(IsApi, api => api.UseMiddleware<RateLimitMiddleware>());
        app.UseMiddleware<CallerMiddleware>();
        app.UseSuspension();
        app.Use((context, next) => IsApi(context) && Refuse(context) is { } problem ? problem.ExecuteAsync(context) : next(context));
        app.UseAuthorization();
        app.UseWhen(IsApi, api => api.UseMiddleware<IdempotencyMiddleware>());
        app.UseAntiforgery();
    }

    /// <summary>All routes of the API: at least a valid token is needed, and a route says what more.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app) => app.MapGroup(Root).RequireAuthorization(Scopes.Public);

    private static async Task AuthenticateAsync(HttpContext context, RequestDelegate next)
    {
        if (await context.AuthenticateAsync() is { Principal: { } principal })
            context.User = principal;
        await next(context);
    }

    // Clients whose base address ends with a slash ask for //api/3.
    private static bool IsApi(HttpContext context) => PathMiddleware.IsBelow(context.Request.Path, "api");

    // The dashboard's files answer HEAD wherever no other route does.
    private static ApiProblem? Refuse(HttpContext context)
    {
        if (HttpMethods.IsHead(context.Request.Method))
            return ApiProblem.MethodNotAllowed();
        return context.GetEndpoint() is null ? ApiProblem.NotFound() : null;
    }

    private static void Contract(System.Text.Json.JsonSerializerOptions options)
    {
        var contract = SlipwayJson.Default.Options;
        options.PropertyNamingPolicy = contract.PropertyNamingPolicy;
        options.TypeInfoResolverChain.Insert(0, SlipwayJson.Default);
        foreach (var converter in contract.Converters)
            options.Converters.Add(converter);
    }
}
