using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CliWrap;
using CliWrap.Buffered;

namespace Slipway.Rig;

/// <summary>Serves repositories made of the samples by git's own daemon, at an address that this machine and its servers reach.</summary>
public sealed class GitServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-git-");
    private readonly string _address;
    private readonly int _port;
    private CancellationTokenSource _stopping = new();
    private Task _daemon = Task.CompletedTask;

    private GitServer(string address)
    {
        _address = address;
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        _port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static async Task<GitServer> StartAsync(Testbed testbed, CancellationToken cancellationToken)
    {
        var server = new GitServer(await testbed.GatewayAsync(cancellationToken));
        await server.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>A repository with one commit on main: what is in the folder of the working copy, such as samples/rack-app.</summary>
    public async Task<GitRepository> CreateRepositoryAsync(string app, CancellationToken cancellationToken, GemServer? gems = null)
    {
        var source = Path.Combine(Testbed.Repository.FullName, app);
        var name = $"{Path.GetFileName(app)}-{Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 4))}";
        var target = _folder.CreateSubdirectory(name).FullName;
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        if (gems is not null)
            await gems.ServeAsync(Path.GetFileName(app), target, cancellationToken);

        var repository = new GitRepository(target, string.Create(CultureInfo.InvariantCulture, $"git://{_address}:{_port}/{name}"));
        await repository.InitializeAsync(cancellationToken);
        return repository;
    }

    /// <summary>Starts serving; after StopAsync at the same address again.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _stopping = new CancellationTokenSource();
        _daemon = Cli.Wrap("git")
            .WithArguments(["daemon", "--reuseaddr", "--export-all", "--informative-errors", $"--listen={_address}",
                string.Create(CultureInfo.InvariantCulture, $"--port={_port}"), $"--base-path={_folder.FullName}", _folder.FullName])
            .ExecuteBufferedAsync(_stopping.Token);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await IsListeningAsync(cancellationToken))
        {
            if (_daemon.IsCompleted)
                await _daemon;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Nothing answers afterwards, as if the git host were down.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAny(_daemon);
        _stopping.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_daemon.IsCompleted)
            await StopAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> IsListeningAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(_address, _port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
