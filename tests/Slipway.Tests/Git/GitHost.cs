using System.Net;
using System.Net.Sockets;
using System.Text;
using CliWrap;
using CliWrap.Buffered;

namespace Slipway.Tests.Git;

/// <summary>A git host on a free port of 127.0.0.1: real repositories behind git daemon.</summary>
internal sealed class GitHost : IAsyncDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("slipway-git-");
    private CancellationTokenSource? _daemonStop;
    private Task? _daemon;

    public int Port { get; } = FreePort();

    public string Root => _root.FullName;

    public string UrlOf(string repository) => $"git://127.0.0.1:{Port}/{repository}";

    public async Task StartAsync()
    {
        var ready = new TaskCompletionSource();
        _daemonStop = new CancellationTokenSource();
        _daemon = Cli.Wrap("git")
            .WithArguments(["daemon", "--listen=127.0.0.1", $"--port={Port}", "--reuseaddr", $"--base-path={_root.FullName}", "--export-all", "--verbose"])
            .WithEnvironmentVariables(Hermetic)
            .WithStandardErrorPipe(PipeTarget.ToDelegate(line =>
            {
                if (line.Contains("Ready to rumble", StringComparison.Ordinal))
                    ready.TrySetResult();
            }))
            .ExecuteAsync(_daemonStop.Token);
        var first = await Task.WhenAny(ready.Task, _daemon);
        await first;
        Assert.True(ready.Task.IsCompleted, "git daemon ended at once.");
    }

    public async Task StopAsync()
    {
        if (_daemonStop is null || _daemon is null)
            return;
        await _daemonStop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _daemon);
        _daemonStop.Dispose();
        _daemonStop = null;
    }

    public async Task CreateAsync(string repository, string branch = "main") =>
        await RunAsync(_root.FullName, "init", "--quiet", $"--initial-branch={branch}", repository);

    /// <summary>Writes the files, commits everything and gives the hash.</summary>
    public async Task<string> CommitAsync(string repository, string subject, params (string Path, string Text)[] files)
    {
        var directory = Path.Combine(_root.FullName, repository);
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(directory, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            await File.WriteAllTextAsync(full, text);
        }

        await RunAsync(directory, "add", "--all");
        await RunAsync(directory, "commit", "--quiet", "--allow-empty", "-m", subject);
        return await RunAsync(directory, "rev-parse", "HEAD");
    }

    public Task<string> GitAsync(string repository, params string[] arguments) =>
        RunAsync(Path.Combine(_root.FullName, repository), arguments);

    public static async Task<string> RunAsync(string directory, params string[] arguments)
    {
        var result = await Cli.Wrap("git").WithArguments(arguments).WithWorkingDirectory(directory)
            .WithEnvironmentVariables(Hermetic).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Encoding.UTF8);
        Assert.True(result.IsSuccess, $"git {string.Join(' ', arguments)}: {result.StandardError}");
        return result.StandardOutput.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _root.Delete(recursive: true);
    }

    private static IReadOnlyDictionary<string, string?> Hermetic { get; } = new Dictionary<string, string?>
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_AUTHOR_NAME"] = "Ada",
        ["GIT_AUTHOR_EMAIL"] = "ada@example.test",
        ["GIT_COMMITTER_NAME"] = "Ada",
        ["GIT_COMMITTER_EMAIL"] = "ada@example.test",
        ["GIT_COMMITTER_DATE"] = "2026-01-02T03:04:05Z",
        ["LC_ALL"] = "C.UTF-8",
    };

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
