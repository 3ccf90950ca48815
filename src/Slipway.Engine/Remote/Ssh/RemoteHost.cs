using System.Globalization;
using System.Text;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Engine.Remote.Ssh;

/// <inheritdoc />
internal sealed class RemoteHost(MachineHelper helper, RemoteScope scope, EngineTimeouts timeouts, TimeProvider time) : IRemoteHost
{
    // The round trip on top of the grace; together they stay below the 15 s that a cancel may take.
    private static readonly TimeSpan CancelRoundTrip = TimeSpan.FromSeconds(4);

    public MachineSpec Machine => helper.Machine;

    public async Task<RemoteResult> RunAsync(RemoteCommand command, Func<OutputLine, ValueTask>? onLine, CancellationToken cancellationToken)
    {
        var run = new CommandRun(helper, scope, command, onLine, timeouts);
        if (command.Ticket is not { } ticket)
            return await run.OnceAsync(cancellationToken);
        try
        {
            return await run.FollowAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await EndAsync(command, ticket);
            throw;
        }
    }

    public async Task<bool> CancelAsync(string ticket, CancellationToken cancellationToken)
    {
        var answer = await helper.AskAsync(HelperRequest.Cancel(scope, ticket, timeouts.CancelGrace), cancellationToken);
        return Encoding.ASCII.GetString(answer[0]) == "1";
    }

    public Task CompleteAsync(IReadOnlyList<string> tickets, CancellationToken cancellationToken) =>
        helper.AskAsync(HelperRequest.Complete(scope, tickets), cancellationToken);

    public async Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<FileChange> changes, CancellationToken cancellationToken)
    {
        var answer = await helper.AskAsync(HelperRequest.Apply(scope, changes), cancellationToken);
        return [.. answer.Select(Encoding.UTF8.GetString)];
    }

    public async Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await helper.AskAsync(HelperRequest.Read(path), cancellationToken);
        return answer.Count > 1 ? answer[1] : null;
    }

    public async Task<Stream> ConnectAsync(string socketPath, IReadOnlyList<string> afterwards, CancellationToken cancellationToken)
    {
        var session = await helper.OpenAsync(cancellationToken);
        try
        {
            await session.SendAsync(FrameKind.Request, HelperRequest.Bridge(socketPath, afterwards), cancellationToken);
            var frame = await session.ReadAsync(cancellationToken);
            return frame.Kind is FrameKind.Started
                ? new BridgeStream(session)
                : throw new InvalidDataException($"The helper of {Machine.Address} answered out of turn.");
        }
        catch
        {
            await session.CloseAsync();
            throw;
        }
    }

    public Task<Stream> OpenFileAsync(string path, CancellationToken cancellationToken) => Task.FromResult<Stream>(new RemoteFile(helper, path));

    public async Task<ProbeResult> ProbeAsync(HttpProbe probe, CancellationToken cancellationToken)
    {
        var answer = await helper.AskAsync(HelperRequest.Probe(probe), cancellationToken);
        var text = answer.Select(Encoding.UTF8.GetString).ToList();
        return new ProbeResult(text[0] == "1", int.Parse(text[1], CultureInfo.InvariantCulture), text[2]);
    }

    public async Task<MachineFacts> ReadFactsAsync(CancellationToken cancellationToken)
    {
        var answer = await helper.AskAsync(HelperRequest.Facts(), cancellationToken);
        var text = answer.Select(Encoding.UTF8.GetString).ToList();
        return new MachineFacts(text[0], text[1], text[2], text[3], text[4], int.Parse(text[5], CultureInfo.InvariantCulture),
            long.Parse(text[6], CultureInfo.InvariantCulture), long.Parse(text[7], CultureInfo.InvariantCulture), text[10..], text[8]);
    }

    private async Task EndAsync(RemoteCommand command, string ticket)
    {
        using var patience = new CancellationTokenSource(timeouts.CancelGrace + CancelRoundTrip, time);
        try
        {
            if (await CancelAsync(ticket, patience.Token))
                return;
        }
        catch (OperationCanceledException exception) when (patience.IsCancellationRequested)
        {
            throw Unconfirmed(command, exception);
        }
        throw Unconfirmed(command, null);
    }

    private RemoteUnavailableException Unconfirmed(RemoteCommand command, Exception? exception) => new(
        Machine.Address, RemoteFault.Unreachable,
        $"'{command.Name}' was cancelled, but {Machine.Address} did not confirm in time that its processes have ended.", exception);
}
