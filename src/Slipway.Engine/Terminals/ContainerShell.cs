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
    private const int Tries = 20;
    private const int Killed = 137;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly DockerSocket _docker;
    private readonly DockerSocket _hijacked;
    private readonly TimeProvider _time;
    private readonly string _container;
    private readonly string _exec;

    private ContainerShell(DockerSocket docker, DockerSocket hijacked, TimeProvider time, string container, string exec) =>
        (_docker, _hijacked, _time, _container, _exec) = (docker, hijacked, time, container, exec);

    /// <summary>What the terminal shows, and what is typed.</summary>
    public Stream Stream { get; private set; } = Stream.Null;

    /// <exception cref="RemoteUnavailableException">The server cannot be worked with.</exception>
    /// <exception cref="UserErrorException">Docker refused, and says why.</exception>
    public static async Task<ContainerShell> OpenAsync(
        IRemoteHost host, string container, TerminalSize size, TimeProvider time, CancellationToken cancellationToken)
    {
        var mark = RandomNumberGenerator.GetHexString(MarkLength, lowercase: true);
        var (docker, hijacked) = (new DockerSocket(host, []), new DockerSocket(host, TerminalCommands.HangUp(mark)));
        try
        {
            var made = await docker.PostAsync($"containers/{container}/exec", Wanted(mark, size), cancellationToken);
            var shell = new ContainerShell(docker, hijacked, time, container, (string)made["Id"]!);
            var start = new JsonObject { ["Detach"] = false, ["Tty"] = true, ["ConsoleSize"] = Console(size) };
            shell.Stream = await hijacked.HijackAsync($"exec/{shell._exec}/start", start, cancellationToken);
            return shell;
        }
        catch
        {
            hijacked.Dispose();
            docker.Dispose();
            throw;
        }
    }

    /// <summary>Docker refuses as long as the shell is on its way, and after its end: false then.</summary>
    public async Task<bool> ResizeAsync(TerminalSize size, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Tries; i++)
        {
            if (await _docker.TryPostAsync($"exec/{_exec}/resize?h={size.Rows}&w={size.Columns}", cancellationToken))
                return true;
            await Task.Delay(Pause, _time, cancellationToken);
        }
        return false;
    }

    /// <summary>Asks Docker, once the stream is at its end.</summary>
    public async Task<ShellEnd> FindEndAsync(CancellationToken cancellationToken)
    {
        var exitCode = (int?)(await _docker.GetAsync($"exec/{_exec}/json", cancellationToken))?["ExitCode"];
        for (var i = 0; i < Tries; i++)
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
