using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Slipway.Server.Platform.Http;

/// <summary>What the pipeline sees of a request made in process: the message, as if it came over the page's connection.</summary>
internal static class InProcessRequest
{
    public static FeatureCollection Features(HttpRequestMessage message, Stream body, HttpContext page)
    {
        var address = message.RequestUri ?? throw new ArgumentException("A request needs an address.", nameof(message));
        var request = new HttpRequestFeature
        {
            Protocol = HttpProtocol.Http11,
            Method = message.Method.Method,
            Scheme = page.Request.Scheme,
            Path = PathString.FromUriComponent(address).Value ?? "/",
            QueryString = address.Query,
            RawTarget = address.PathAndQuery,
            Body = body,
        };
        foreach (var (name, values) in message.Headers.NonValidated)
            request.Headers[name] = values.ToArray();
        foreach (var (name, values) in message.Content?.Headers.NonValidated ?? default)
            request.Headers[name] = values.ToArray();
        request.Headers.Host = page.Request.Host.Value;
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(message.Content is not null));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            RemoteIpAddress = page.Connection.RemoteIpAddress ?? IPAddress.Loopback,
            ConnectionId = page.Connection.Id,
        });
        return features;
    }

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
