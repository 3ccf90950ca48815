using System.IO.Pipelines;
using System.Text;
using Renci.SshNet;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>
/// One command on a held connection. SSH.NET opens and reads by blocking, so each has a thread of its own as long as it lasts; that thread
/// always drains what arrives, and the helper's window bounds how much that is.
/// </summary>
internal sealed class SshChannel : IAsyncDisposable
{
    private const int Piece = 32 * 1024;

    // sshd may send the exit status after the end of the output.
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(2);
    private readonly SshCommand _command;
    private readonly Pipe _output = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _thread;
    private string _errors = "";

    public SshChannel(SshClient client, string constantCommand, Action closed)
    {
        _command = client.CreateCommand(constantCommand);
        _thread = Task.Factory.StartNew(() => Pump(closed), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public PipeReader Output => _output.Reader;

    public bool IsOpen => !_thread.IsCompleted;

    /// <summary>Completes when sshd has started the command.</summary>
    public Task Opened => _opened.Task;

    public Task SendAsync(byte kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        SendRawAsync(Frame.Encode(kind, payload.Span), cancellationToken);

    public async Task SendRawAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        var input = await _opened.Task.WaitAsync(cancellationToken);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => input.Write(bytes), cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>How the command ended, when it has: exit status and what it wrote to standard error.</summary>
    public async Task<(int? Status, string Errors)> EndAsync(CancellationToken cancellationToken)
    {
        await _thread.WaitAsync(cancellationToken);
        return (_command.ExitStatus, _errors);
    }

    /// <summary>Gives the command up without waiting for sshd.</summary>
    public ValueTask DisposeAsync()
    {
        // Its thread, which may be waiting for output, sees that as the end.
        _ = Task.Run(_command.Dispose);
        return ValueTask.CompletedTask;
    }

    // A command that ends at once, such as one that is not there, may have ended before this: what it said and its status are read all the same.
    private Stream OpenInput()
    {
        try
        {
            return _command.CreateInputStream();
        }
        catch (InvalidOperationException)
        {
            return Stream.Null;
        }
    }

    private void Pump(Action closed)
    {
        var writer = _output.Writer.AsStream(leaveOpen: true);
        try
        {
            var execution = _command.ExecuteAsync();
            _opened.SetResult(OpenInput());
            _command.OutputStream.CopyTo(writer, Piece);
            using var errors = new StreamReader(_command.ExtendedOutputStream, Encoding.UTF8);
            var text = new char[2000];
            _errors = new string(text, 0, errors.ReadBlock(text)).Trim();
            Task.WaitAny([execution], StatusPatience);
            _output.Writer.Complete();
        }
        catch (Exception exception) when (SshFaults.IsTransport(exception) || exception is InvalidOperationException)
        {
            _opened.TrySetException(exception);
            _output.Writer.Complete();
        }
        finally
        {
            _command.Dispose();
            closed();
        }
    }
}
