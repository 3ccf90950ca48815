namespace Slipway.Rig;

/// <summary>One server of the rig. Whoever starts it disposes it, which removes it and its disk.</summary>
public sealed class FreshServer(Testbed testbed, string name, string address, string privateKeyFile) : IAsyncDisposable
{
    public string Name => name;

    /// <summary>Where sshd listens on port 22, for root, deploy (sudo) and plain (no sudo). Stays the same over a reboot.</summary>
    public string Address => address;

    public string PrivateKeyFile => privateKeyFile;

    public Uri Url(string path = "/") => new(new Uri($"http://{address}"), path);

    /// <summary>Runs a command as root, past ssh, and gives its output; one that fails is an exception with its errors.</summary>
    public Task<string> ExecuteAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        testbed.ExecuteAsync(name, command, cancellationToken);

    /// <summary>Returns once the server lets people in again.</summary>
    public Task RebootAsync(CancellationToken cancellationToken) => Testbed.RunAsync(["restart", name], cancellationToken);

    /// <summary>As if it hung, or its line were cut: it answers nothing, and goes on from there when it is thawed.</summary>
    public Task FreezeAsync(CancellationToken cancellationToken) => Testbed.RunAsync(["freeze", name], cancellationToken);

    public Task ThawAsync(CancellationToken cancellationToken) => Testbed.RunAsync(["thaw", name], cancellationToken);

    /// <summary>Its power fails. Its address is kept, and it uses nothing until somebody reboots it.</summary>
    public Task SwitchOffAsync(CancellationToken cancellationToken) => Testbed.RunAsync(["off", name], cancellationToken);

    public async ValueTask DisposeAsync() => await testbed.RemoveAsync(this);
}
