using Microsoft.AspNetCore.Http.Features;
using Slipway.Contracts;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.People;

namespace Slipway.Server.Platform.Http;

/// <summary>
/// Sends requests through this server's own pipeline, without a socket, on behalf of whoever is signed in to the dashboard. So a page
/// can do what the API can and nothing else.
/// </summary>
internal sealed class InProcessHandler(InProcessPipeline pipeline, HttpContext page) : HttpMessageHandler
{
    // Never resolved: a client must have a base address.
    private static readonly Uri BaseAddress = new("http://in-process/");

    public static SlipwayClient CreateClient(IServiceProvider services)
    {
        var page = services.GetRequiredService<IHttpContextAccessor>().HttpContext
            ?? throw new InvalidOperationException("Only the request of a person can make calls in process.");
        var handler = new InProcessHandler(services.GetRequiredService<InProcessPipeline>(), page);
        return new(new HttpClient(handler) { BaseAddress = BaseAddress });
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Pages pass no token: when the person goes away, so does what the page had asked for.
        var lifetime = CancellationTokenSource.CreateLinkedTokenSource(page.RequestAborted, cancellationToken);
        var response = new InProcessResponse(lifetime);
        var body = request.Content is null ? Stream.Null : await request.Content.ReadAsStreamAsync(cancellationToken);
        pipeline.Start(request, body, response, page);
        return await response.ReadHeadAsync(request);
    }
}

/// <summary>The pipeline as far as it lies behind <see cref="InProcessSetup.UseInProcessCalls"/>.</summary>
internal sealed class InProcessPipeline(IHttpContextFactory contexts, IServiceScopeFactory scopes)
{
    private RequestDelegate? _entry;

    public RequestDelegate StartAt(RequestDelegate next) => _entry = next;

    public void Start(HttpRequestMessage request, Stream body, InProcessResponse response, HttpContext page)
    {
        var entry = _entry ?? throw new InvalidOperationException("The pipeline does not take calls in process.");
        var features = InProcessRequest.Features(request, body, page);
        response.AddTo(features);
        features.Set(new InProcessCall(page.User, ChosenAccount.Of(page)));
        // The page's context hangs on the execution context, and would be cleared when the call's takes its place.
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(() => RunAsync(entry, features, response), CancellationToken.None);
    }

    private async Task RunAsync(RequestDelegate entry, FeatureCollection features, InProcessResponse response)
    {
        await using var scope = scopes.CreateAsyncScope();
        features.Set<IServiceProvidersFeature>(new Services { RequestServices = scope.ServiceProvider });
        var context = contexts.Create(features);
        try
        {
            await entry(context);
            await response.CompleteAsync();
        }
        catch (Exception exception)
        {
            await response.FailAsync(exception);
        }
        finally
        {
            contexts.Dispose(context);
        }
    }

    private sealed class Services : IServiceProvidersFeature
    {
        public required IServiceProvider RequestServices { get; set; }
    }
}

internal static class InProcessSetup
{
    public static WebApplicationBuilder AddInProcessCalls(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<InProcessPipeline>();
        builder.Services.AddScoped(InProcessHandler.CreateClient);
        return builder;
    }

    /// <summary>Comes first: calls in process run through all that is added behind.</summary>
    public static void UseInProcessCalls(this WebApplication app) =>
        ((IApplicationBuilder)app).Use(app.Services.GetRequiredService<InProcessPipeline>().StartAt);
}
