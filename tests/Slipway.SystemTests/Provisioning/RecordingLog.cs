using System.Collections.Concurrent;
using Slipway.Engine;

namespace Slipway.SystemTests.Provisioning;

/// <summary>Keeps what steps say.</summary>
internal sealed class RecordingLog : IStepLog
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public string Text => string.Join('\n', _lines);

    public ValueTask WriteAsync(string server, Severity severity, string text)
    {
        _lines.Enqueue($"{server}: {text}");
        return ValueTask.CompletedTask;
    }
}
