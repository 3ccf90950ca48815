using System.Globalization;
using System.Security.Claims;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Platform.Limits;

/// <summary>Refuses whoever asks too much: a person by all their tokens, whoever shows no valid one by their address.</summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, RateLimits limits)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // The dashboard asks for people who look at it.
        if (context.Features.Get<InProcessCall>() is not null)
        {
            await next(context);
            return;
        }
        var window = int.TryParse(context.User.FindFirstValue(ClaimTypes.NameIdentifier), CultureInfo.InvariantCulture, out var userId)
            ? await limits.OfUserAsync(userId, context.RequestAborted)
            : limits.OfAddress(context.Connection.RemoteIpAddress);
        context.Features.Set(window);
        if (window.TryTake())
            await next(context);
        else
            await ApiProblem.Throttled(limits.UntilNextHour).ExecuteAsync(context);
    }
}

/// <summary>Tells on every answer, failures included, how much is left.</summary>
internal sealed class RateLimitHeaders(RequestDelegate next, RateLimits limits)
{
    private const string Limit = "X-RateLimit-Limit";
    private const string Remaining = "X-RateLimit-Remaining";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<InProcessCall>() is null)
            context.Response.OnStarting(Write, context);
        return next(context);
    }

    private Task Write(object state)
    {
        var context = (HttpContext)state;
        // A request that failed before it was known whose it is.
        var window = context.Features.Get<RequestWindow>() ?? limits.OfAddress(context.Connection.RemoteIpAddress);
        context.Response.Headers[Limit] = window.Limit.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers[Remaining] = window.Remaining.ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }
}
