using System.Text.RegularExpressions;

namespace Slipway.Server.Platform.Http;

/// <summary>Names each request with the id that the client gave or with a new one, in the answer and in what is logged about a failure.</summary>
internal sealed partial class RequestIdMiddleware(RequestDelegate next)
{
    private const string Header = "Request-Id";

    public Task InvokeAsync(HttpContext context)
    {
        var given = context.Request.Headers[Header].ToString();
        context.TraceIdentifier = Valid.IsMatch(given) ? given : $"{Guid.NewGuid()}";
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[Header] = context.TraceIdentifier;
            return Task.CompletedTask;
        });
        return next(context);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex Valid { get; }
}
