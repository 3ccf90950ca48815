using Slipway.Engine.Remote.Helper;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>Reaches the helper on one machine; installs it where it is missing, and re-makes lost connections.</summary>
/// <param name="connections">What connects to it.</param>
/// <param name="firstPatience">How long it is called while this process has not reached it yet.</param>
/// <param name="timeouts">How long it is called afterwards, and the rest.</param>
/// <param name="time">Measures both.</param>
internal sealed class MachineHelper(MachineConnections connections, TimeSpan firstPatience, EngineTimeouts timeouts, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public MachineSpec Machine => connections.Machine;

    /// <summary>A request that may be repeated freely, and its answer.</summary>
    public Task<IReadOnlyList<byte[]>> AskAsync(byte[] request, CancellationToken cancellationToken) => PersistAsync(async _ =>
    {
        await using var session = await TakeAsync(cancellationToken);
        return await session.AskAsync(request, cancellationToken);
    }, cancellationToken);

    private TimeSpan Patience => connections.IsClosed ? TimeSpan.Zero : connections.WasReached ? timeouts.Reconnect : firstPatience;

    /// <summary>Tries until it works or the patience with this machine is over.</summary>
    /// <param name="attempt">Calls its argument whenever something was heard, which starts the time anew.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="mayRepeat">Asked after a loss; by default it always may.</param>
    public async Task<T> PersistAsync<T>(Func<Action, Task<T>> attempt, CancellationToken cancellationToken, Func<bool>? mayRepeat = null)
    {
        var begunAt = time.GetTimestamp();
        long? lostAt = null;
        var pause = TimeSpan.FromMilliseconds(100);
        while (true)
        {
            try
            {
                return await attempt(() => lostAt = null);
            }
            catch (RemoteUnavailableException exception) when (exception.Fault is RemoteFault.Unreachable && Patience > TimeSpan.Zero && mayRepeat?.Invoke() != false)
            {
                pause = lostAt is null ? TimeSpan.FromMilliseconds(100) : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                lostAt ??= connections.WasReached ? time.GetTimestamp() : begunAt;
                if (time.GetElapsedTime(lostAt.Value) >= Patience)
                    throw;
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>A helper that has been waiting for its next request, or a new one. Whether the kept one still lives shows only when it is asked.</summary>
    public async Task<HelperSession> TakeAsync(CancellationToken cancellationToken) =>
        connections.TakeKept() ?? await OpenAsync(cancellationToken);

    /// <summary>A helper that has just said that it waits for its request.</summary>
    public async Task<HelperSession> OpenAsync(CancellationToken cancellationToken)
    {
        if (await TryOpenAsync(isInstaller: false, cancellationToken) is { Session: { } session })
            return session;
        await InstallAsync(cancellationToken);
        var (again, status, errors) = await TryOpenAsync(isInstaller: false, cancellationToken);
        return again ?? throw Unsupported($"its helper does not start: exit status {status}, {errors}");
    }

    /// <summary>Checks that the machine can be worked with and puts the helper in its place.</summary>
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        var (session, status, errors) = await TryOpenAsync(isInstaller: true, cancellationToken);
        if (session is null)
        {
            throw Machine.UserName != "root" && errors.Contains("sudo", StringComparison.Ordinal)
                ? SshFaults.NotRoot(Machine, errors)
                : Unsupported(status == 127 ? "it has no Perl at /usr/bin/perl" : $"Perl does not run: exit status {status}, {errors}");
        }
        await using (session)
            _ = await session.ReadAsync(cancellationToken);
    }

    private async Task<(HelperSession? Session, int? Status, string Errors)> TryOpenAsync(bool isInstaller, CancellationToken cancellationToken)
    {
        var silence = timeouts.KeepAlive * 3;
        var channel = await connections.OpenAsync(isInstaller, cancellationToken);
        using var late = new CancellationTokenSource(timeouts.Connect + silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await channel.Opened.WaitAsync(either.Token);
            if (isInstaller)
                await OfferInstallerAsync(channel, either.Token);
            var frames = new FrameReader(channel.Output);
            if (await frames.SkipToMarkerAsync(either.Token))
                return (new HelperSession(connections, channel, frames, silence, time), null, "");
            var (status, errors) = await channel.EndAsync(either.Token);
            await channel.DisposeAsync();
            return status is null ? throw SshFaults.Lost(Machine, "its helper was started") : (null, status, $"{errors} {frames.Noise}".Trim());
        }
        catch (Exception exception)
        {
            await channel.DisposeAsync();
            if (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                connections.Break();
            else if (!SshFaults.IsTransport(exception) && exception is not InvalidOperationException)
                throw;
            throw SshFaults.Lost(Machine, "its helper was started", exception);
        }
    }

    private static async Task OfferInstallerAsync(SshChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            await channel.SendRawAsync(HelperScript.Installer, cancellationToken);
        }
        catch (Exception exception) when (SshFaults.IsTransport(exception) || exception is InvalidOperationException)
        {
            // A login that runs something else may have ended before it could take the installer. What it said instead, or that the connection
            // is lost, shows when its output is read.
        }
    }

    private RemoteUnavailableException Unsupported(string why) => new(
        Machine.Address, RemoteFault.Unsupported, $"{Machine.Address} cannot be used: {why}. Slipway needs Debian or Ubuntu with systemd.");
}
