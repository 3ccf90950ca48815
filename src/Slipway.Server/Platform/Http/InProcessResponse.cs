using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Slipway.Server.Platform.Http;

/// <summary>A response that its caller reads while the pipeline writes it.</summary>
internal sealed class InProcessResponse : IHttpResponseFeature, IHttpRequestLifetimeFeature
{
    private readonly Pipe _pipe = new();
    private readonly CancellationTokenSource _lifetime;
    private readonly TaskCompletionSource _head = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stack<(Func<object, Task> Run, object State)> _onStarting = [];
    private readonly Stack<(Func<object, Task> Run, object State)> _onCompleted = [];
    private readonly StreamResponseBodyFeature _body;

    public InProcessResponse(CancellationTokenSource lifetime)
    {
        _lifetime = lifetime;
        RequestAborted = lifetime.Token;
        Body = new InProcessBody(_pipe.Writer, StartAsync);
        _body = new(Body);
    }

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public Stream Body { get; set; }

    public bool HasStarted { get; private set; }

    public CancellationToken RequestAborted { get; set; }

    public void AddTo(IFeatureCollection features)
    {
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(_body);
        features.Set<IHttpRequestLifetimeFeature>(this);
    }

    public void Abort() => _lifetime.Cancel();

    public void OnStarting(Func<object, Task> callback, object state) => _onStarting.Push((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => _onCompleted.Push((callback, state));

    /// <summary>Waits for status and headers. The body comes through the message's content.</summary>
    public async Task<HttpResponseMessage> ReadHeadAsync(HttpRequestMessage request)
    {
        await _head.Task.WaitAsync(RequestAborted);
        var message = new HttpResponseMessage((HttpStatusCode)StatusCode)
        {
            RequestMessage = request,
            ReasonPhrase = ReasonPhrase,
            Content = new StreamContent(new InProcessReader(_pipe.Reader.AsStream(), _lifetime)),
        };
        foreach (var (name, values) in Headers)
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                message.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        return message;
    }

    public async Task CompleteAsync()
    {
        await _body.CompleteAsync();
        await StartAsync();
        await RunAsync(_onCompleted);
        await _pipe.Writer.CompleteAsync();
    }

    public async Task FailAsync(Exception exception)
    {
        await RunAsync(_onCompleted);
        await _pipe.Writer.CompleteAsync(exception);
        _head.TrySetException(exception);
    }

    private async Task StartAsync()
    {
        if (HasStarted)
            return;
        await RunAsync(_onStarting);
        HasStarted = true;
        _head.TrySetResult();
    }

    private static async Task RunAsync(Stack<(Func<object, Task> Run, object State)> callbacks)
    {
        while (callbacks.TryPop(out var callback))
            await callback.Run(callback.State);
    }
}
