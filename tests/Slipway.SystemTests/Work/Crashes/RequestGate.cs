using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Slipway.Engine.Remote.Helper;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Work.Crashes;

/// <summary>
/// Holds requests inside of a server's helper, each place once, so that Slipway can be killed at exactly that place. For this the helper on the test
/// server is given a gate; Slipway itself is what it always is.
/// </summary>
internal sealed class RequestGate : IAsyncDisposable
{
    /// <summary>It arrived, and nothing was done about it. Where it is a step's first, this is the step's boundary.</summary>
    public const string Before = "before";

    /// <summary>The command runs on the server, and Slipway has not heard of it.</summary>
    public const string Begun = "begun";

    /// <summary>All is done, and Slipway has not heard of it.</summary>
    public const string Ended = "ended";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);

    private readonly Channel<HeldRequest> _held = Channel.CreateUnbounded<HeldRequest>();
    private readonly FreshServer _server;
    private readonly Process _keeper;
    private readonly Task _listening;

    private RequestGate(FreshServer server, Process keeper)
    {
        (_server, _keeper) = (server, keeper);
        _listening = ListenAsync();
    }

    /// <summary>Slipway must be started anew after it: helpers that are kept for its next request have no gate.</summary>
    public static async Task<RequestGate> InstallAsync(FreshServer server, params IReadOnlyList<string> phases)
    {
        await server.ExecuteAsync(["perl", "-e", Read("gate-builder.pl"), HelperScript.Path, Read("request-gate.pl")], App.Token);
        await server.ExecuteAsync(["touch", .. phases.Select(phase => $"/run/gate/on-{phase}")], App.Token);
        await server.ExecuteAsync(["sh", "-c", "printf %s \"$1\" >\"$0\"", "/run/gate/keeper", Read("gate-keeper.pl")], App.Token);
        var start = new ProcessStartInfo("ssh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
        foreach (var argument in (string[])["-i", server.PrivateKeyFile, .. options.SelectMany(option => new[] { "-o", option }), $"root@{server.Address}", "perl /run/gate/keeper"])
            start.ArgumentList.Add(argument);
        return new(server, Process.Start(start) ?? throw new InvalidOperationException("ssh could not be started."));
    }

    /// <summary>The next request that is held; null when none has come for a moment.</summary>
    public async Task<HeldRequest?> NextAsync()
    {
        using var look = CancellationTokenSource.CreateLinkedTokenSource(App.Token);
        look.CancelAfter(Look);
        try
        {
            return await _held.Reader.ReadAsync(look.Token);
        }
        catch (OperationCanceledException) when (!App.Token.IsCancellationRequested)
        {
            return null;
        }
    }

    public async Task LetGoAsync(HeldRequest request)
    {
        await _keeper.StandardInput.WriteLineAsync(request.Place.AsMemory(), App.Token);
        await _keeper.StandardInput.FlushAsync(App.Token);
    }

    /// <summary>The helper keeps the gate, and holds nothing more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_keeper.HasExited)
            _keeper.Kill();
        await _listening;
        _keeper.Dispose();
        await _server.ExecuteAsync(["sh", "-c", "rm -f /run/gate/on-*"], CancellationToken.None);
    }

    private async Task ListenAsync()
    {
        while (await _keeper.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            if (line.Split(' ') is [var place, var client])
                _held.Writer.TryWrite(new(place, place.Split('-')[0], place.Split('-')[1], int.Parse(client, CultureInfo.InvariantCulture)));
        }
        _held.Writer.Complete(new InvalidOperationException($"The gate is gone: {await _keeper.StandardError.ReadToEndAsync(CancellationToken.None)}"));
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, name));
}

/// <summary>A request that waits at the gate.</summary>
/// <param name="Place">Names the place, the same after a restart of Slipway.</param>
/// <param name="Phase">How far it is.</param>
/// <param name="Operation">What is asked of the helper; run is a command with a ticket.</param>
/// <param name="ClientPort">The port of the node's connection.</param>
internal sealed record HeldRequest(string Place, string Phase, string Operation, int ClientPort);
