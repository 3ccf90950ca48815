using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;

namespace Slipway.Tests.Dashboard;

public sealed class InProcessHandlerTests : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddHttpContextAccessor()
        .AddSingleton<InProcessPipeline>()
        .AddScoped<ScopedThing>()
        .AddLogging()
        .AddOptions()
        .AddSingleton<IHttpContextFactory, DefaultHttpContextFactory>()
        .BuildServiceProvider();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Call_CarriesRequestAndPerson_AndGivesTheAnswer()
    {
        var person = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.Name, "ada@example.com")], "test"));
        using var http = Client(
            async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                var body = await reader.ReadToEndAsync(context.RequestAborted);
                var caller = context.Features.Get<InProcessCall>()!.Principal.Identity!.Name;
                context.Response.StatusCode = 207;
                context.Response.Headers["X-Seen"] = $"{context.Request.Method} {context.Request.Path.Value}{context.Request.QueryString} {caller}";
                context.Response.ContentType = "text/plain";
                await context.Response.WriteAsync($"{context.Request.ContentType}: {body}", context.RequestAborted);
            },
            new DefaultHttpContext { User = person });

        using var content = new StringContent("hello");
        using var answer = await http.PostAsync("api/a%20b?c=d", content, Token);

        Assert.Equal(207, (int)answer.StatusCode);
        Assert.Equal(["POST /api/a b?c=d ada@example.com"], answer.Headers.GetValues("X-Seen"));
        Assert.Equal("text/plain; charset=utf-8: hello", await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Answer_IsReadWhileItIsWritten()
    {
        var goOn = new TaskCompletionSource();
        using var http = Client(async context =>
        {
            await context.Response.WriteAsync("first\n");
            await goOn.Task;
            await context.Response.WriteAsync("second\n");
        });

        using var answer = await http.GetAsync("events", HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        Assert.Equal("first", await reader.ReadLineAsync(Token));
        goOn.SetResult();
        Assert.Equal("second", await reader.ReadLineAsync(Token));
        Assert.Null(await reader.ReadLineAsync(Token));
    }

    [Fact]
    public async Task Failure_ReachesTheCaller_BeforeAndAfterTheHead()
    {
        using var before = Client(_ => throw new InvalidOperationException("broken"));
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => before.GetAsync("x", Token))).Message);

        using var after = Client(async context =>
        {
            await context.Response.WriteAsync("half");
            throw new InvalidOperationException("broken later");
        });
        using var answer = await after.GetAsync("x", HttpCompletionOption.ResponseHeadersRead, Token);
        await using var body = await answer.Content.ReadAsStreamAsync(Token);
        using var reader = new StreamReader(body);
        Assert.Equal("broken later", (await Assert.ThrowsAsync<InvalidOperationException>(() => reader.ReadToEndAsync(Token))).Message);
    }

    [Fact]
    public async Task Answerer_IsStopped_WhenTheCallerCancels()
    {
        var stopped = new TaskCompletionSource();
        using var cancelling = new CancellationTokenSource();
        using var http = Client(context => WaitAsync(context, stopped));

        var call = http.GetAsync("x", cancelling.Token);
        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await stopped.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task Answerer_IsStopped_WhenThePageIsLeft()
    {
        var stopped = new TaskCompletionSource();
        using var leaving = new CancellationTokenSource();
        using var http = Client(context => WaitAsync(context, stopped), new DefaultHttpContext { RequestAborted = leaving.Token });

        var call = http.GetAsync("x", Token);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await stopped.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task Answerer_IsStopped_WhenTheReaderLetsGo()
    {
        var stopped = new TaskCompletionSource();
        using var http = Client(async context =>
        {
            await context.Response.WriteAsync("first");
            await WaitAsync(context, stopped);
        });

        var answer = await http.GetAsync("x", HttpCompletionOption.ResponseHeadersRead, Token);
        answer.Dispose();

        await stopped.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task Call_HasServicesOfItsOwn_AndLeavesThePageAlone()
    {
        ScopedThing? seen = null;
        using var http = Client(context =>
        {
            seen = context.RequestServices.GetRequiredService<ScopedThing>();
            return context.Response.WriteAsync(seen.IsDisposed ? "gone" : "there");
        });
        var accessor = _services.GetRequiredService<IHttpContextAccessor>();
        var page = accessor.HttpContext = new DefaultHttpContext();

        Assert.Equal("there", await http.GetStringAsync("x", Token));

        Assert.Same(page, accessor.HttpContext);
        await seen!.Disposed.WaitAsync(Token);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static async Task WaitAsync(HttpContext context, TaskCompletionSource stopped)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        finally
        {
            stopped.SetResult();
        }
    }

    private HttpClient Client(RequestDelegate answerer, HttpContext? page = null)
    {
        var pipeline = ActivatorUtilities.CreateInstance<InProcessPipeline>(_services);
        pipeline.StartAt(answerer);
        return new(new InProcessHandler(pipeline, page ?? new DefaultHttpContext())) { BaseAddress = new("http://in-process/") };
    }

    private sealed class ScopedThing : IDisposable
    {
        private readonly TaskCompletionSource _disposed = new();

        public bool IsDisposed => _disposed.Task.IsCompleted;

        public Task Disposed => _disposed.Task;

        public void Dispose() => _disposed.SetResult();
    }
}
