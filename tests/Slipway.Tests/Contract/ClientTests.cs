using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Slipway.Contracts;
using Slipway.Tests.Support;

namespace Slipway.Tests.Contract;

/// <summary>Holds the typed client to the routes: what the server can do, a program can ask for.</summary>
public sealed class ClientTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task EveryRoute_HasAMethodOfTheClient()
    {
        var recorder = new Recorder();
        using var http = new HttpClient(recorder) { BaseAddress = new("http://localhost/") };
        var client = new SlipwayClient(http);
        foreach (var part in typeof(SlipwayClient).GetProperties().Select(property => property.GetValue(client)!))
            foreach (var method in part.GetType().GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                await CallAsync(part, method);

        var missing = World.Routes(_app).Where(route => !recorder.Requests.Any(request => Fits(route, request))).ToList();
        Assert.True(missing.Count == 0, "The client lacks " + string.Join(", ", missing));
        var unknown = recorder.Requests.Where(request => !World.Routes(_app).Any(route => Fits(route, request))).ToList();
        Assert.True(unknown.Count == 0, "The client asks for what is not there: " + string.Join(", ", unknown));
    }

    private static async Task CallAsync(object part, MethodInfo method)
    {
        try
        {
            var result = method.Invoke(part, [.. method.GetParameters().Select(Sample)]);
            if (result is Task task)
                await task;
            else if (result is not null)
                await EnumerateAsync((dynamic)result);
        }
        catch (Exception exception) when (exception is Recorded or { InnerException: Recorded })
        {
            // The request is what was wanted; there is no reply.
        }
    }

    private static async Task EnumerateAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var _ in items)
            break;
    }

    private static object? Sample(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(string) => "x",
        var type when type == typeof(CancellationToken) => TestContext.Current.CancellationToken,
        { IsValueType: true } type => Nullable.GetUnderlyingType(type) is null ? Convert.ChangeType(1, type, provider: null) : null,
        var type when typeof(IEnumerable).IsAssignableFrom(type) => null,
        var type => RuntimeHelpers.GetUninitializedObject(type),
    };

    private static bool Fits(ApiRoute route, (string Method, string Path) request)
    {
        var (wanted, asked) = ((ApiRoute.Root + route.Path).Split('/'), request.Path.Split('/'));
        return route.Method == request.Method && wanted.Length == asked.Length
            && wanted.Zip(asked).All(pair => pair.First == pair.Second || (pair.First.StartsWith('{') && pair.Second is "x" or "1"));
    }

    /// <summary>Keeps what was asked and never answers.</summary>
    private sealed class Recorder : HttpMessageHandler
    {
        public List<(string Method, string Path)> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add((request.Method.Method, request.RequestUri!.AbsolutePath.Replace(".json", "", StringComparison.Ordinal)));
            throw new Recorded();
        }
    }

    private sealed class Recorded : Exception;
}
