using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Idempotency;

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
        ["PUT /stacks/{stackUid}"] = "a stack may be given the name that it has",
        ["PUT /stacks/{stackUid}/redeploy_hook"] = "a secret that is not there may be taken away",
        ["DELETE /stacks/{stackUid}/deployments/{id}"] = "a deployment that is being cancelled may be cancelled again",
        ["PUT /users/{id}/devices"] = "the device may be what it is to be already",
        ["PUT /users/{id}/devices/{device}"] = "the device may be what it is to be already",
    };

    private readonly HashSet<string> _silent = [];
    private readonly HashSet<string> _heard = [];

    /// <summary>For requests drawn at random, which may all be such as change nothing; AuditRouteTests sends each route one that does.</summary>
    public bool AllowsSilence { get; set; }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, rest) =>
        {
            var origin = context.RequestServices.GetRequiredService<Origin>();
            await rest(context);
            if (IsChange(context.Request) && context.Response.StatusCode is >= 200 and < 300
                && !context.Response.Headers.ContainsKey(IdempotencyMiddleware.ReplayedHeader))
                Note(origin.Operation, origin.Written > 0);
        });
        next(app);
    };

    public void ThrowIfAnySilent()
    {
        lock (_silent)
        {
            if (!AllowsSilence && _silent.Except(_heard).Except(MayChangeNothing.Keys).ToList() is [_, ..] never)
                throw new InvalidOperationException($"These requests left no audit entry: {string.Join(", ", never)}.");
        }
    }

    private static bool IsChange(HttpRequest request) => request.Path.StartsWithSegments("/api/3")
        && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);

    // The second of two equal requests has nothing left to change.
    private void Note(string operation, bool isHeard)
    {
        lock (_silent)
            (isHeard ? _heard : _silent).Add(operation);
    }
}
