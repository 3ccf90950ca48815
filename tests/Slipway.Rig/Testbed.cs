using System.Collections.Concurrent;
using System.Globalization;
using CliWrap;
using CliWrap.Buffered;


namespace Slipway.Rig;

/// <summary>
/// Starts fresh servers through tests/testbed/testbed.sh and removes those that a test has left when the run is over. The engine and
/// an image are prepared once, by the first test that needs them. After an aborted run, testbed.sh clean tidies up.
/// </summary>
public sealed class Testbed : IAsyncDisposable
{
    // The longest is building both images, a minute and a half on a busy machine of two cores.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Lazy<Task>> _images = new();
    private readonly ConcurrentDictionary<string, FreshServer> _servers = new();
    private readonly Lazy<Task<string>> _engine = new(() => RunAsync(["host"], CancellationToken.None));
    private readonly string _run = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 4));
    private int _count;

    /// <summary>The folder of the working copy, with samples/ and tests/testbed/ in it.</summary>
    public static DirectoryInfo Repository { get; } = FindRepository();

    /// <summary>A server as a vendor delivers it.</summary>
    public Task<FreshServer> StartBareAsync(CancellationToken cancellationToken) => StartAsync("bare", cancellationToken);

    /// <summary>The same with further arguments for the Docker Engine, such as mounts.</summary>
    public Task<FreshServer> StartBareAsync(IReadOnlyList<string> dockerArguments, CancellationToken cancellationToken) => StartAsync("bare", cancellationToken, dockerArguments);

    /// <summary>A server that has the packages of a web and database server already.</summary>
    public Task<FreshServer> StartWarmAsync(CancellationToken cancellationToken) => StartAsync("warm", cancellationToken);

    /// <summary>The same with a Docker Engine that has the image which apps in containers are made from.</summary>
    public async Task<FreshServer> StartDockerAsync(CancellationToken cancellationToken)
    {
        var server = await StartAsync("docker", cancellationToken);
        await GiveBaseAsync(server, cancellationToken);
        return server;
    }

    /// <summary>The same, where the engine has so many megabytes for all that it keeps. They are in memory, so the server must not be rebooted.</summary>
    public async Task<FreshServer> StartDockerAsync(int megabytes, CancellationToken cancellationToken)
    {
        const string Mount = "systemctl stop docker docker.socket && mount -t tmpfs -o \"size=$1m,mode=0710\" tmpfs /var/lib/docker && systemctl start docker";
        var server = await StartAsync("docker", cancellationToken);
        await server.ExecuteAsync(["sh", "-c", Mount, "sh", megabytes.ToString(CultureInfo.InvariantCulture)], cancellationToken);
        await GiveBaseAsync(server, cancellationToken);
        return server;
    }

    /// <summary>Gives a server's Docker Engine, which must be there, the image slipway-base:1.</summary>
    public static Task GiveBaseAsync(FreshServer server, CancellationToken cancellationToken) => RunAsync(["base", server.Name], cancellationToken);

    public Task<FreshServer[]> StartWarmAsync(int count, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartWarmAsync(cancellationToken)));

    /// <summary>The file with the private key of root, deploy and plain on every server.</summary>
    public static Task<string> PrivateKeyFileAsync(CancellationToken cancellationToken) => RunAsync(["key"], cancellationToken);

    /// <summary>This machine's address as servers see it.</summary>
    public async Task<string> GatewayAsync(CancellationToken cancellationToken)
    {
        await PrepareAsync("bare");
        return await RunAsync(["gateway"], cancellationToken);
    }

    /// <summary>A server with the gems that the apps in tests/testbed/apps want.</summary>
    public async Task<GemServer> StartGemServerAsync(CancellationToken cancellationToken)
    {
        await PrepareAsync("warm");
        return new GemServer(await StartAsync(async name => new Uri(await RunScriptAsync("gems.sh", ["up", name], cancellationToken)).Host, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_servers.IsEmpty)
            await RunAsync(["down", .. _servers.Keys], CancellationToken.None);
    }

    internal static Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        RunScriptAsync("testbed.sh", arguments, cancellationToken);

    // Past the script, which looks for the engine each time: tests that wait for something on a server ask it many times a second.
    internal async Task<string> ExecuteAsync(string name, IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        await RunProgramAsync("docker", ["--host", await _engine.Value, "exec", "--interactive", name, .. command], cancellationToken);

    internal async Task RemoveAsync(FreshServer server)
    {
        if (_servers.TryRemove(server.Name, out _))
            await RunAsync(["down", server.Name], CancellationToken.None);
    }

    private async Task<FreshServer> StartAsync(string image, CancellationToken cancellationToken, IReadOnlyList<string>? dockerArguments = null)
    {
        await PrepareAsync(image);
        return await StartAsync(name => RunAsync(["up", name, image, .. dockerArguments ?? []], cancellationToken), cancellationToken);
    }

    private async Task<FreshServer> StartAsync(Func<string, Task<string>> startAsync, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"slipway-{_run}-{Interlocked.Increment(ref _count)}");
        try
        {
            var address = await startAsync(name);
            return _servers[name] = new FreshServer(this, name, address, await PrivateKeyFileAsync(cancellationToken));
        }
        catch (Exception)
        {
            // Half-started, it is not registered yet and nobody else would remove it.
            await RunAsync(["down", name], CancellationToken.None);
            throw;
        }
    }

    // Not cancelled with the test that happens to ask first: others wait for the same image.
    private Task PrepareAsync(string image) => _images.GetOrAdd(image, _ => new Lazy<Task>(async () =>
    {
        await RunAsync(["engine"], CancellationToken.None);
        await RunAsync(["image", image], CancellationToken.None);
    })).Value;

    private static Task<string> RunScriptAsync(string script, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        RunProgramAsync(Path.Combine(Repository.FullName, "tests/testbed", script), arguments, cancellationToken);

    private static async Task<string> RunProgramAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var result = await Cli.Wrap(program)
            .WithArguments(arguments)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(deadline.Token);
        return result.IsSuccess
            ? result.StandardOutput.TrimEnd('\n')
            : throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} failed with {result.ExitCode}: {result.StandardError}");
    }

    private static DirectoryInfo FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Slipway.slnx")))
                return folder;
        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Slipway.slnx.");
    }
}
