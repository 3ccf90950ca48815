using System.Buffers.Binary;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>One run of a command: over as many connections as it takes, every line is delivered once.</summary>
internal sealed class CommandRun(
    MachineHelper helper, RemoteScope scope, RemoteCommand command, Func<OutputLine, ValueTask>? onLine, EngineTimeouts timeouts)
{
    private const int LinesKept = 40;
    private const int ReceiptEvery = 256 * 1024;

    // A caller that resumes has not the lines that an error message will want to show.
    private const int LookBack = 8 * 1024;

    private readonly Queue<string> _tail = new();
    private long _delivered = command.ResumeAt;
    private bool _isKnown = command.ResumeAt > 0;
    private bool _wasAsked;

    /// <summary>With a ticket: until the command has ended, whatever happens to the connection.</summary>
    public Task<RemoteResult> FollowAsync(CancellationToken cancellationToken) => helper.PersistAsync(
        heard => AttemptAsync(offset => HelperRequest.Run(scope, command, timeouts.CancelGrace, offset, _isKnown), heard, cancellationToken),
        cancellationToken);

    /// <summary>Without a ticket: again only when nothing can have started, or when that does no harm. Lines of an attempt that was cut off are nobody's.</summary>
    public async Task<RemoteResult> OnceAsync(CancellationToken cancellationToken)
    {
        var request = HelperRequest.Direct(scope, command, timeouts.CancelGrace);
        if (!command.IsRepeatable)
            return await helper.PersistAsync(heard => AttemptAsync(_ => request, heard, cancellationToken), cancellationToken, mayRepeat: () => !_wasAsked);
        List<OutputLine> lines = [];
        var result = await helper.PersistAsync(AttemptAgainAsync, cancellationToken, mayRepeat: () => true);
        if (onLine is not null)
            foreach (var line in lines)
                await onLine(line);
        return result;

        Task<RemoteResult> AttemptAgainAsync(Action heard)
        {
            lines.Clear();
            return new CommandRun(helper, scope, command, KeepLine, timeouts).AttemptAsync(_ => request, heard, cancellationToken);
        }

        ValueTask KeepLine(OutputLine line)
        {
            lines.Add(line);
            return ValueTask.CompletedTask;
        }
    }

    private async Task<RemoteResult> AttemptAsync(Func<long, byte[]> request, Action heard, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var mayRepeat = command.Ticket is not null || command.IsRepeatable;
        await using var session = mayRepeat ? await helper.TakeAsync(cancellationToken) : await helper.OpenAsync(cancellationToken);
        var isFirst = _tail.Count == 0;
        var history = isFirst ? Math.Min(_delivered, LookBack) : 0;
        var from = _delivered - history;
        _wasAsked = true;
        await session.SendAsync(FrameKind.Request, request(from), cancellationToken);
        var upload = Task.CompletedTask;
        try
        {
            var output = new OutputSink(this, from, _delivered);
            while (true)
            {
                var frame = await session.ReadAsync(stopping.Token);
                heard();
                if (frame.Kind is FrameKind.Started)
                    _isKnown = true;
                if (_isKnown && command.IsDetached)
                    return new RemoteResult(helper.Machine.Address, command.Name, RemoteOutcome.Exited, 0, []);
                if (IsInputDue(frame.Kind) && command.OpenInput is not null)
                    upload = UploadAsync(session, stopping);
                if (frame.Kind is FrameKind.Output)
                    await output.TakeAsync(session, frame.Payload, cancellationToken);
                if (frame.Kind is FrameKind.Result)
                    return await EndAsync(output, Packed.ReadText(frame.Payload.Span));
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The upload ended it; what went wrong there is what matters.
            await upload;
            throw;
        }
        finally
        {
            await stopping.CancelAsync();
            await upload.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsInputDue(byte kind) => kind == (command.Ticket is null ? FrameKind.Started : FrameKind.InputWanted);

    private async Task UploadAsync(HelperSession session, CancellationTokenSource stopping)
    {
        try
        {
            await using var input = await command.OpenInput!(stopping.Token);
            await session.SendInputAsync(input, stopping.Token);
        }
        catch
        {
            await stopping.CancelAsync();
            throw;
        }
    }

    private async Task<RemoteResult> EndAsync(OutputSink output, IReadOnlyList<string> result)
    {
        await output.FinishAsync();
        var outcome = result[0] switch
        {
            "exited" => RemoteOutcome.Exited,
            "timedout" => RemoteOutcome.TimedOut,
            "cancelled" => RemoteOutcome.Cancelled,
            _ => RemoteOutcome.Lost,
        };
        var ended = new RemoteResult(helper.Machine.Address, command.Name, outcome, int.Parse(result[1], null), [.. _tail]);
        if (result[2] == "1" && !ended.IsSuccess)
            throw new RemoteUnavailableException(ended.Host, RemoteFault.StorageFull,
                $"The disk of {ended.Host} was full while it ran '{ended.Command}'. Free some space there, then try again.", new RemoteException(ended));
        return ended;
    }

    private async ValueTask DeliverAsync(OutputLine line)
    {
        Keep(line);
        if (onLine is not null)
            await onLine(line);
        _delivered = line.End;
    }

    private void Keep(OutputLine line)
    {
        if (_tail.Count == LinesKept)
            _tail.Dequeue();
        _tail.Enqueue(line.Text);
    }

    /// <summary>The output of one attempt: what was seen before goes to the tail only, the rest to the receiver.</summary>
    private sealed class OutputSink(CommandRun run, long from, long seen)
    {
        private readonly LineSplitter _history = new(from);
        private readonly LineSplitter _lines = new(seen);
        private bool _isPartial = from > 0;
        private long _at = from;
        private long _receipted = from;

        public async Task TakeAsync(HelperSession session, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            var offset = BinaryPrimitives.ReadInt64BigEndian(payload.Span);
            var bytes = payload[sizeof(long)..];
            if (offset != _at)
                throw new InvalidDataException($"The helper sent output from {offset} where {_at} was due.");
            var old = (int)Math.Clamp(seen - _at, 0, bytes.Length);
            _at += bytes.Length;
            Remember(_history.Take(bytes[..old]));
            if (old > 0 && _at >= seen)
                Remember(_history.Finish());
            foreach (var line in _lines.Take(bytes[old..]))
                await run.DeliverAsync(line);
            if (_at - _receipted < ReceiptEvery)
                return;
            _receipted = _at;
            await session.SendReceiptAsync(_at, cancellationToken);
        }

        public async Task FinishAsync()
        {
            foreach (var line in _lines.Finish())
                await run.DeliverAsync(line);
        }

        private void Remember(IEnumerable<OutputLine> lines)
        {
            foreach (var line in lines)
            {
                if (!_isPartial)
                    run.Keep(line);
                _isPartial = false;
            }
        }
    }
}
