using System.Text;
using Slipway.Engine;
using Slipway.Engine.Remote;

namespace Slipway.Server.Servers;

/// <summary>Lets a public key in to the login that Slipway uses on a machine.</summary>
internal sealed class AuthorizedKeys(EngineTimeouts timeouts)
{
    /// <summary>Adds the key to the login's authorized_keys unless it stands there.</summary>
    public async Task AddAsync(IRemoteHost host, string publicKey, CancellationToken cancellationToken)
    {
        var (home, group) = await ReadLoginAsync(host, cancellationToken);
        var user = host.Machine.UserName;
        var path = $"{home}/.ssh/authorized_keys";
        var present = await host.ReadFileAsync(path, cancellationToken) is { } file ? Encoding.UTF8.GetString(file) : "";
        if (present.Split('\n').Any(line => line.Trim() == publicKey))
            return;
        var lineEnd = present.Length == 0 || present.EndsWith('\n') ? "" : "\n";
        var content = Encoding.UTF8.GetBytes($"{present}{lineEnd}{publicKey}\n");
        await host.ApplyAsync(
            [
                new MakeDirectory($"{home}/.ssh", Modes.PrivateDirectory, user, group),
                new WriteFile(path, content, Modes.Private, user, group),
            ],
            cancellationToken);
    }

    private async Task<(string Home, string Group)> ReadLoginAsync(IRemoteHost host, CancellationToken cancellationToken)
    {
        var user = host.Machine.UserName;
        var lines = new List<string>();
        var command = new RemoteCommand
        {
            Name = "look up the login",
            Programs = [["getent", "passwd", user], ["id", "-gn", user]],
            Deadline = timeouts.Query,
            IsRepeatable = true,
        };
        var result = await host.RunAsync(
            command,
            line =>
            {
                lines.Add(line.Text);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        if (result is not { Outcome: RemoteOutcome.Exited, ExitCode: 0 })
            throw new RemoteException(result);
        return lines is [var entry, var group] && entry.Split(':') is [_, _, _, _, _, ['/', ..] home, _]
            ? (home.TrimEnd('/'), group)
            : throw new UserErrorException($"{host.Machine.Address} does not say where the home of {user} is.");
    }
}
