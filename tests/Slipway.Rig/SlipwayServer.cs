using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;
using Slipway.Contracts;
using Slipway.Contracts.Setup;

namespace Slipway.Rig;

/// <summary>Slipway itself as a process of its own, on a data directory that outlives it. It can be killed and started again.</summary>
public sealed partial class SlipwayServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _data;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly TaskCompletionSource<string> _setupToken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _http;
    private Process? _process;

    private SlipwayServer(DirectoryInfo data, int port, IReadOnlyDictionary<string, string> settings)
    {
        (_data, _settings) = (data, settings);
        BaseUrl = new($"http://127.0.0.1:{port}/");
        _http = new() { BaseAddress = BaseUrl };
    }

    public Uri BaseUrl { get; }

    /// <summary>Of somebody who is not signed in.</summary>
    public SlipwayClient Visitor => new(_http);

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The server does not run.");

    /// <summary>Everything that the process printed, over all its starts.</summary>
    public FileInfo Log => new(Path.Combine(_data.FullName, "server.log"));

    /// <param name="data">Where the server keeps its database and keys.</param>
    /// <param name="port">Port on loopback; 0 for a free one.</param>
    /// <param name="settings">Configuration beside the data directory and the addresses, like Slipway__Work__Limit.</param>
    /// <param name="cancellationToken">Ends the wait for its first answer.</param>
    public static async Task<SlipwayServer> StartAsync(
        DirectoryInfo data, int port, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var server = new SlipwayServer(data, port == 0 ? FreePort() : port, settings);
        try
        {
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _process = Process.Start(Describe([])) ?? throw new InvalidOperationException("dotnet could not be started.");
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await WaitUntilItAnswersAsync(cancellationToken);
    }

    /// <summary>Runs a command of the server beside it, like <c>audit verify</c>.</summary>
    public async Task<(int ExitCode, string Output)> RunCommandAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Describe(arguments)) ?? throw new InvalidOperationException("dotnet could not be started.");
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output + await errors);
    }

    /// <summary>Ends it as a crash would: SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Runs one of the server's commands on the same data, like <c>database backup FILE</c>, and gives its exit code and what it printed.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> settings, CancellationToken cancellationToken)
    {
        Dictionary<string, string?> environment = new(_settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
        {
            ["Slipway__DataDirectory"] = _data.FullName,
        };
        foreach (var (name, value) in settings)
            environment[name] = value;
        var result = await Cli.Wrap("dotnet").WithArguments([ServerFile(), .. arguments]).WithEnvironmentVariables(environment)
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
        return (result.ExitCode, result.StandardOutput + result.StandardError);
    }

    /// <summary>Asks it to end, as systemd would: SIGTERM. Waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        await SignalAsync("TERM", cancellationToken);
        await _process!.WaitForExitAsync(cancellationToken);
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    /// <summary>STOP pauses the process as a whole, CONT lets it go on, TERM asks it to end.</summary>
    public Task SignalAsync(string signal, CancellationToken cancellationToken) =>
        Cli.Wrap("kill").WithArguments(["-s", signal, $"{ProcessId}"]).ExecuteAsync(cancellationToken);

    /// <summary>Whether the process is over; nobody may have ended it.</summary>
    public bool HasEnded => _process is null or { HasExited: true };

    /// <summary>Whether the process has a TCP connection from that local port.</summary>
    public bool HasConnectionFrom(int port)
    {
        if (_process is null)
            return false;
        var own = string.Create(System.Globalization.CultureInfo.InvariantCulture, $":{port:X4}");
        var sockets = new[] { "tcp", "tcp6" }.SelectMany(family => File.ReadLines($"/proc/{_process.Id}/net/{family}"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(fields => fields[1].EndsWith(own, StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[9]}]").ToHashSet();
        return new DirectoryInfo($"/proc/{_process.Id}/fd").EnumerateFiles().Any(file => file.LinkTarget is { } target && sockets.Contains(target));
    }

    /// <summary>Makes the first account with the setup link's token.</summary>
    public async Task<SetupReply> SetUpAsync(string email, string password, CancellationToken cancellationToken)
    {
        var token = await _setupToken.Task.WaitAsync(Patience, cancellationToken);
        return await Visitor.Setup.CompleteAsync(new(token, email, password), cancellationToken);
    }

    public SlipwayClient ClientFor(string token)
    {
        var http = new HttpClient { BaseAddress = BaseUrl, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new(http);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _http.Dispose();
    }

    private ProcessStartInfo Describe(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [ServerFile(), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = BaseUrl.AbsoluteUri;
        start.Environment["Slipway__PublicUrl"] = BaseUrl.AbsoluteUri.TrimEnd('/');
        start.Environment["Slipway__DataDirectory"] = _data.FullName;
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;
        return start;
    }

    private async Task WaitUntilItAnswersAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        while (true)
        {
            if (_process!.HasExited)
            {
                // Not before all that it printed is there.
                await _process.WaitForExitAsync(patience.Token);
                throw new InvalidOperationException($"The server ended at its start with {_process.ExitCode}:\n{Tail()}");
            }
            try
            {
                using var answer = await _http.GetAsync("healthz", patience.Token);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20, patience.Token);
            }
        }
    }

    private string Tail()
    {
        lock (_data)
            return string.Join('\n', File.ReadLines(Log.FullName).TakeLast(20));
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_data)
            File.AppendAllText(Log.FullName, line + "\n");
        if (SetupLink().Match(line) is { Success: true } link)
            _setupToken.TrySetResult(link.Groups[1].Value);
    }

    private static string ServerFile()
    {
        // Beside ours: artifacts/bin/<project>/<configuration>/.
        var ours = new DirectoryInfo(AppContext.BaseDirectory);
        var file = Path.Combine(ours.Parent!.Parent!.FullName, "Slipway.Server", ours.Name, "slipway-server.dll");
        return File.Exists(file) ? file : throw new InvalidOperationException($"{file} is missing; build src/Slipway.Server.");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("/setup\\?token=([0-9a-f]{64})")]
    private static partial Regex SetupLink();
}
