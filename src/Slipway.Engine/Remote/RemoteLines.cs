namespace Slipway.Engine.Remote;

/// <summary>Commands whose output is what is wanted of them.</summary>
internal static class RemoteLines
{
    /// <summary>Runs a command that prints little, and collects it; the exit code is for the caller to judge.</summary>
    /// <exception cref="RemoteException">It did not end by itself.</exception>
    public static async Task<(RemoteResult Result, IReadOnlyList<string> Lines)> ReadAsync(
        this IRemoteHost host, RemoteCommand command, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var result = await host.RunAsync(
            command,
            line =>
            {
                lines.Add(line.Text);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return (result.EnsureEnded(), lines);
    }

    /// <summary>The same for a command that must succeed.</summary>
    /// <exception cref="RemoteException">It did not.</exception>
    public static async Task<IReadOnlyList<string>> ReadLinesAsync(this IRemoteHost host, RemoteCommand command, CancellationToken cancellationToken)
    {
        var (result, lines) = await host.ReadAsync(command, cancellationToken);
        result.EnsureSuccess();
        return lines;
    }
}
