using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Platform.Audit;

namespace Slipway.Tests.Support;

/// <summary>
/// Watches every request that any test sends to the API: a change that succeeds must leave an audit entry. So the tests of a new route check
/// that by themselves.
/// </summary>
internal sealed class AuditGuard : IStartupFilter
{
    /// <summary>Requests that may succeed without changing anything, and why.</summary>
    private static readonly Dictionary<string, string> MayChangeNothing = new()
    {
        ["PUT /applications/{id}"] = "one may send what is there already, or nothing",
        ["DELETE /stacks/{stackUid}/deployments/{id}"] = "a deployment that is being cancelled may be cancelled again",
    };

    private readonly List<string> _silent = [];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, rest) =>
        {
            var origin = context.RequestServices.GetRequiredService<Origin>();
            await rest(context);
            if (IsChange(context.Request) && context.Response.StatusCode is >= 200 and < 300 && origin.Written == 0)
                Note(origin.Operation);
        });
        next(app);
    };

    public void ThrowIfAnySilent()
    {
        lock (_silent)
        {
            if (_silent.Count > 0)
                throw new InvalidOperationException($"These requests left no audit entry: {string.Join(", ", _silent.Distinct())}.");
        }
    }

    private static bool IsChange(HttpRequest request) => request.Path.StartsWithSegments("/api/3")
        && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);

    private void Note(string operation)
    {
        if (MayChangeNothing.ContainsKey(operation))
            return;
        lock (_silent)
            _silent.Add(operation);
    }
}
