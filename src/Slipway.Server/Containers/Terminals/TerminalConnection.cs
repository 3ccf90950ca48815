using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Engine.Terminals;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.Containers.Terminals;

/// <summary>
/// A websocket and a shell: binary messages are what is typed and printed, text messages are about the terminal. Each side is read only as
/// fast as the other takes it in.
/// </summary>
/// <param name="socket">The websocket.</param>
/// <param name="terminals">The node's terminals.</param>
/// <param name="window">How many bytes may be sent beyond those that were shown; 0 for any number.</param>
/// <param name="time">The clock.</param>
/// <param name="findObstacle">Why it may not be open any longer; null as long as it may.</param>
internal sealed class TerminalConnection(
    WebSocket socket, OpenTerminals terminals, int window, TimeProvider time, Func<CancellationToken, Task<string?>> findObstacle) : IDisposable
{
    private const int Piece = 16 * 1024;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ShortGoodbye = TimeSpan.FromSeconds(1);

    private readonly Channel<TerminalSize> _sizes = Channel.CreateBounded<TerminalSize>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly SemaphoreSlim _room = new(0);
    private long _shown;
    private long _touched = time.GetTimestamp();

    /// <summary>Until one of the two ends it, or somebody else does.</summary>
    public async Task<TerminalEnd> RunAsync(ContainerShell shell)
    {
        using var ending = new CancellationTokenSource();
        // To cancel a websocket's read or write breaks it, so these are left alone until it has said goodbye.
        using var breaking = new CancellationTokenSource();
        Task<TerminalEnd>[] watchers = [WatchAsync(ending.Token), StopAsync(ending.Token), ResizeAsync(shell, ending.Token)];
        var (reading, printing) = (ReadAsync(shell, ending.Token, breaking.Token), PrintAsync(shell, ending.Token, breaking.Token));
        Task<TerminalEnd>[] parts = [.. watchers, reading, printing];
        try
        {
            var end = await await Task.WhenAny(parts);
            await ending.CancelAsync();
            await CloseAsync(end, reading, printing);
            return end;
        }
        finally
        {
            await ending.CancelAsync();
            await breaking.CancelAsync();
            await ((Task)Task.WhenAll(parts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>For a terminal that cannot be opened.</summary>
    public async Task<TerminalEnd> RefuseAsync(TerminalEnd end)
    {
        await CloseAsync(end, Task.CompletedTask, Task.CompletedTask);
        return end;
    }

    public void Dispose() => _room.Dispose();

    private async Task<TerminalEnd> ReadAsync(ContainerShell shell, CancellationToken ending, CancellationToken breaking)
    {
        var buffer = new byte[Piece];
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), breaking);
                if (received.MessageType is WebSocketMessageType.Close)
                    return TerminalEnd.Left;
                // What comes after the end is read only to find the goodbye behind it.
                if (ending.IsCancellationRequested)
                    continue;
                if (received.MessageType is WebSocketMessageType.Text)
                {
                    if (received.Count > TerminalMessage.MostBytes || !received.EndOfMessage)
                        return new(WebSocketCloseStatus.MessageTooBig, $"A text message must come in one piece of at most {TerminalMessage.MostBytes} bytes.");
                    if (Take(buffer.AsMemory(0, received.Count)) is { } fault)
                        return new(WebSocketCloseStatus.InvalidPayloadData, fault);
                    continue;
                }
                Touch();
                await TypeAsync(shell, buffer.AsMemory(0, received.Count), ending);
            }
        }
        catch (Exception exception) when (!ending.IsCancellationRequested && exception is WebSocketException or IOException or OperationCanceledException)
        {
            return TerminalEnd.Left;
        }
    }

    private static async Task TypeAsync(ContainerShell shell, ReadOnlyMemory<byte> text, CancellationToken ending)
    {
        try
        {
            await shell.Stream.WriteAsync(text, ending);
        }
        catch (Exception exception) when (exception is IOException or RemoteUnavailableException)
        {
            // The shell is gone. How it ended is found out where its output is read.
        }
    }

    private string? Take(ReadOnlyMemory<byte> text)
    {
        var (message, fault) = TerminalMessage.Parse(text);
        if (message?.Size is { } size)
            _sizes.Writer.TryWrite(size);
        if (message?.Shown is { } shown)
        {
            Interlocked.Exchange(ref _shown, shown);
            _room.Release();
        }
        return fault;
    }

    private async Task<TerminalEnd> PrintAsync(ContainerShell shell, CancellationToken ending, CancellationToken breaking)
    {
        var (buffer, sent) = (new byte[Piece], 0L);
        try
        {
            while (true)
            {
                while (window > 0 && sent - Interlocked.Read(ref _shown) >= window)
                    await _room.WaitAsync(ending);
                var count = await shell.Stream.ReadAsync(buffer, ending);
                if (count == 0)
                    return TerminalEnd.Of(await shell.FindEndAsync(ending));
                Touch();
                await socket.SendAsync(buffer.AsMemory(0, count), WebSocketMessageType.Binary, endOfMessage: true, breaking);
                sent += count;
            }
        }
        catch (WebSocketException)
        {
            return TerminalEnd.Left;
        }
        catch (Exception exception) when (exception is RemoteUnavailableException or UserErrorException or IOException && !ending.IsCancellationRequested)
        {
            return TerminalEnd.Trouble(exception.Message);
        }
    }

    private async Task<TerminalEnd> ResizeAsync(ContainerShell shell, CancellationToken ending)
    {
        await foreach (var size in _sizes.Reader.ReadAllAsync(ending))
        {
            try
            {
                await shell.ResizeAsync(size, ending);
            }
            catch (Exception exception) when (exception is RemoteUnavailableException or UserErrorException)
            {
                return TerminalEnd.Trouble(exception.Message);
            }
        }
        return TerminalEnd.Left;
    }

    private async Task<TerminalEnd> WatchAsync(CancellationToken ending)
    {
        var opened = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(Look, time, ending);
            if (time.GetElapsedTime(Interlocked.Read(ref _touched)) >= terminals.Options.Idle)
                return new(TerminalEnd.TooLong, $"Nothing was typed or printed for {Minutes(terminals.Options.Idle)}.");
            if (time.GetElapsedTime(opened) >= terminals.Options.Longest)
                return new(TerminalEnd.TooLong, $"It was open for {Minutes(terminals.Options.Longest)}, which is the most.");
            if (await FindObstacleAsync(ending) is { } end)
                return end;
        }
    }

    private async Task<TerminalEnd?> FindObstacleAsync(CancellationToken ending)
    {
        try
        {
            return await findObstacle(ending) is { } obstacle ? TerminalEnd.NotAllowed(obstacle) : null;
        }
        catch (Exception exception) when (DatabaseErrors.IsUnavailable(exception))
        {
            return TerminalEnd.Trouble($"Whether you may have this terminal cannot be checked any more. {DatabaseErrors.Explain(exception)}");
        }
    }

    private async Task<TerminalEnd> StopAsync(CancellationToken ending)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = terminals.Stopping.Register(() => stopped.TrySetResult());
        await stopped.Task.WaitAsync(ending);
        return TerminalEnd.NodeStops;
    }

    // A reader that has gone, or does not listen, is not waited for longer than a moment, and by a node that ends not even that.
    private async Task CloseAsync(TerminalEnd end, Task reading, Task printing)
    {
        using var patience = new CancellationTokenSource(terminals.Stopping.IsCancellationRequested ? ShortGoodbye : Goodbye, time);
        try
        {
            await printing.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (patience.IsCancellationRequested || socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
                return;
            if (socket.State is WebSocketState.Open)
                await socket.SendAsync(Told(end), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
            await socket.CloseOutputAsync(end.Status, end.Short, patience.Token);
            await reading.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Where it was the reading that ended it, the goodbye is still to come.
            while (socket.State is WebSocketState.CloseSent)
                await socket.ReceiveAsync(new byte[Piece].AsMemory(), patience.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException)
        {
            socket.Abort();
        }
    }

    private static ReadOnlyMemory<byte> Told(TerminalEnd end) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["ended"] = end.Text });

    private static string Minutes(TimeSpan span) => span.TotalHours >= 2 ? $"{span.TotalHours:0.#} hours" : $"{span.TotalMinutes:0.#} minutes";

    private void Touch() => Interlocked.Exchange(ref _touched, time.GetTimestamp());
}
