namespace Slipway.Server.Platform.Http;

/// <summary>Accepts paths as ten years of clients write them: with or without <c>.json</c>, with double slashes.</summary>
internal sealed class PathMiddleware(RequestDelegate next)
{
    private const string Suffix = ".json";

    public Task InvokeAsync(HttpContext context)
    {
        context.Request.Path = Normalise(context.Request.Path.Value ?? "/");
        return next(context);
    }

    /// <summary>Whether the first segment is this one, however many slashes stand before it.</summary>
    internal static bool IsBelow(PathString path, string segment)
    {
        var rest = path.Value.AsSpan().TrimStart('/');
        return rest.StartsWith(segment, StringComparison.OrdinalIgnoreCase) && (rest.Length == segment.Length || rest[segment.Length] == '/');
    }

    internal static string Normalise(string path)
    {
        while (path.Contains("//", StringComparison.Ordinal))
            path = path.Replace("//", "/", StringComparison.Ordinal);
        return path.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) ? path[..^Suffix.Length] : path;
    }
}
