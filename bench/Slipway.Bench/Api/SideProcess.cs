using System.Diagnostics;
using System.Globalization;
using Slipway.Rig;

namespace Slipway.Bench.Api;

/// <summary>This program once more, doing one thing, so that nothing is measured inside of the process that measures.</summary>
internal sealed class SideProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SideProcess(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    public static async Task<SideProcess> StartAsync(
        string command, IReadOnlyList<string> arguments, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? settings = null)
    {
        var port = SlipwayServer.FreePort();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[] { typeof(SideProcess).Assembly.Location, command, $"{port}" }.Concat(arguments))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        // The first line says that it is ready.
        _ = await process.StandardOutput.ReadLineAsync(cancellationToken);
        return new(process, $"http://127.0.0.1:{port}/");
    }

    /// <summary>Its second line: how often a second it did what it was started for.</summary>
    public async Task<LoadResult> ResultAsync(CancellationToken cancellationToken)
    {
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The process ended without a result.");
        return new(double.Parse(line, CultureInfo.InvariantCulture), TimeSpan.Zero);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
