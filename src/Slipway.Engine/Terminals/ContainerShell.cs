using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Terminals;

/// <summary>
/// A shell in a running container, in a terminal that Docker makes. When the connection to it ends, whatever ended it, the server hangs the
/// shell up by itself.
/// </summary>
public sealed class ContainerShell : IAsyncDisposable
{
    private const int MarkLength = 32;
    private const int Looks = 20;
    private const int Killed = 137;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly DockerSocket _docker;
    private readonly DockerSocket _hijacked;
    private readonly TimeProvider _time;
    private readonly string _container;
    private string _exec = "";

    private ContainerShell(DockerSocket docker, DockerSocket hijacked, TimeProvider time, string container) =>
        (_docker, _hijacked, _time, _container) = (docker, hijacked, time, container);

    /// <summary>What the terminal shows, and what is typed.</summary>
    public Stream Stream { get; private set; } = Stream.Null;

    /// <exception cref="RemoteUnavailableException">The server cannot be worked with.</exception>
    /// <exception cref="UserErrorException">Docker refused, and says why.</exception>
    public static async Task<ContainerShell> OpenAsync(
        IRemoteHost host, string container, TerminalSize size, TimeProvider time, CancellationToken cancellationToken)
    {
        var mark = RandomNumberGenerator.GetHexString(MarkLength, lowercase: true);
        var shell = new ContainerShell(new(host, []), new(host, TerminalCommands.HangUp(mark)), time, container);
        try
        {
            await shell.StartAsync(mark, size, cancellationToken);
            return shell;
        }
        catch
        {
            await shell.DisposeAsync();
            throw;
        }
    }

    /// <summary>Once the shell has ended, Docker refuses, and that is all right.</summary>
    public Task ResizeAsync(TerminalSize size, CancellationToken cancellationToken) => TryResizeAsync(size, cancellationToken);

    /// <summary>Asks Docker, once the stream is at its end.</summary>
    public async Task<ShellEnd> FindEndAsync(CancellationToken cancellationToken)
    {
        var exitCode = (int?)(await _docker.GetAsync($"exec/{_exec}/json", cancellationToken))?["ExitCode"];
        for (var i = 0; i < Looks; i++)
        {
            if (await _docker.GetAsync($"containers/{_container}/json", cancellationToken) is not { } container || (bool?)container["State"]?["Running"] != true)
                return new(exitCode, IsContainerGone: true);
            // A container that ends kills its shells first, and is gone a moment later.
            if (exitCode is not (null or Killed))
                break;
            await Task.Delay(Pause, _time, cancellationToken);
        }
        return new(exitCode, IsContainerGone: false);
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        _hijacked.Dispose();
        _docker.Dispose();
    }

    private async Task StartAsync(string mark, TerminalSize size, CancellationToken cancellationToken)
    {
        var made = await _docker.PostAsync($"containers/{_container}/exec", Wanted(mark, size), cancellationToken);
        _exec = (string)made["Id"]!;
        var start = new JsonObject { ["Detach"] = false, ["Tty"] = true, ["ConsoleSize"] = Console(size) };
        Stream = await _hijacked.HijackAsync($"exec/{_exec}/start", start, cancellationToken);
        // Docker before 23 knows no size to begin with. Nothing is typed before the shell has it: what was asked of it would answer with 0 by 0.
        await AwaitSizeAsync(size, cancellationToken);
    }

    // Docker refuses as long as the shell is on its way, too.
    private async Task AwaitSizeAsync(TerminalSize size, CancellationToken cancellationToken)
    {
        while (!await TryResizeAsync(size, cancellationToken) && await _docker.GetAsync($"exec/{_exec}/json", cancellationToken) is { } exec && exec["ExitCode"] is null)
            await Task.Delay(Pause, _time, cancellationToken);
    }

    private Task<bool> TryResizeAsync(TerminalSize size, CancellationToken cancellationToken) =>
        _docker.TryPostAsync($"exec/{_exec}/resize?h={size.Rows}&w={size.Columns}", cancellationToken);

    private static JsonObject Wanted(string mark, TerminalSize size) => new()
    {
        ["AttachStdin"] = true,
        ["AttachStdout"] = true,
        ["AttachStderr"] = true,
        ["Tty"] = true,
        ["ConsoleSize"] = Console(size),
        ["Env"] = new JsonArray([.. TerminalCommands.Environment(mark).Select(text => (JsonNode)text)]),
        ["Cmd"] = new JsonArray([.. TerminalCommands.Shell.Select(text => (JsonNode)text)]),
    };

    private static JsonArray Console(TerminalSize size) => [size.Rows, size.Columns];
}
