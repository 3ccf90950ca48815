using System.Diagnostics;
using Slipway.Engine.Remote;
using Slipway.Server.Platform.Telemetry;

namespace Slipway.Server.Platform.Work;

/// <summary>Machines as actions see them: each request is made only while the stack's work is this node's, and is waited for only until the node stops.</summary>
internal sealed class GuardedHosts(IRemoteHosts inner, ClaimCheck claims, RunningActions running) : IRemoteHosts
{
    public IRemoteHost For(MachineSpec machine, RemoteScope scope, bool wasReached = false) =>
        new GuardedHost(inner.For(machine, scope, wasReached), scope, claims, running);

    public Task<string> ReadHostKeyAsync(string address, int port, CancellationToken cancellationToken) => inner.ReadHostKeyAsync(address, port, cancellationToken);

    public Task<MachineFacts> EnrolAsync(MachineSpec machine, CancellationToken cancellationToken) => inner.EnrolAsync(machine, cancellationToken);

    public void Drop(MachineSpec machine) => inner.Drop(machine);

    private sealed class GuardedHost(IRemoteHost inner, RemoteScope scope, ClaimCheck claims, RunningActions running) : IRemoteHost
    {
        public MachineSpec Machine => inner.Machine;

        public Task<RemoteResult> RunAsync(RemoteCommand command, Func<OutputLine, ValueTask>? onLine, CancellationToken cancellationToken)
        {
            return AskAsync(command.Name, token => inner.RunAsync(command, onLine is null ? null : DeliverAsync, token), cancellationToken);

            // Nothing is heard any more of a command that was left.
            async ValueTask DeliverAsync(OutputLine line)
            {
                running.Stopping.ThrowIfCancellationRequested();
                await onLine(line);
            }
        }

        public Task<bool> CancelAsync(string ticket, CancellationToken cancellationToken) =>
            AskAsync("cancel", token => inner.CancelAsync(ticket, token), cancellationToken);

        public Task CompleteAsync(IReadOnlyList<string> tickets, CancellationToken cancellationToken) => AskAsync(
            "forget tickets",
            async token =>
            {
                await inner.CompleteAsync(tickets, token);
                return true;
            },
            cancellationToken);

        public Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<FileChange> changes, CancellationToken cancellationToken) =>
            AskAsync("write files", token => inner.ApplyAsync(changes, token), cancellationToken);

        public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken) => AskAsync("read a file", token => inner.ReadFileAsync(path, token), cancellationToken);

        public Task<Stream> ConnectAsync(string socketPath, IReadOnlyList<string> afterwards, CancellationToken cancellationToken) =>
            AskAsync("connect", token => inner.ConnectAsync(socketPath, afterwards, token), cancellationToken);

        public Task<Stream> OpenFileAsync(string path, CancellationToken cancellationToken) => AskAsync("open a file", token => inner.OpenFileAsync(path, token), cancellationToken);

        public Task<ProbeResult> ProbeAsync(HttpProbe probe, CancellationToken cancellationToken) => AskAsync("probe", token => inner.ProbeAsync(probe, token), cancellationToken);

        public Task<MachineFacts> ReadFactsAsync(CancellationToken cancellationToken) => AskAsync("read facts", inner.ReadFactsAsync, cancellationToken);

        // To cancel a request ends its command on the machine. So a node that stops does not cancel it, but leaves it; and one that has lost the stack's
        // work meanwhile must not: the machine may not have heard of the other node yet.
        private async Task<T> AskAsync<T>(string what, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        {
            running.Stopping.ThrowIfCancellationRequested();
            using var span = WorkTelemetry.Source.StartActivity($"remote {what}", ActivityKind.Client)?.SetTag("server.address", Machine.Address);
            await claims.ConfirmAsync(scope, cancellationToken);
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, running.Stopping);
            var cancelling = new CancellationTokenSource();
            var asking = ask(cancelling.Token);
            try
            {
                return await asking.WaitAsync(waiting.Token);
            }
            catch (OperationCanceledException) when (!asking.IsCompleted && !running.IsStopping)
            {
                await claims.ConfirmAsync(scope, running.Stopping);
                await cancelling.CancelAsync();
                return await asking.WaitAsync(running.Stopping);
            }
        }
    }
}
