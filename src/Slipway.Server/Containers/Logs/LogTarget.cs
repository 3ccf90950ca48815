using System.Globalization;
using Slipway.Contracts.Containers;
using Slipway.Engine;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;

namespace Slipway.Server.Containers.Logs;

/// <summary>A container whose output is read, on its server.</summary>
internal sealed record LogTarget(string Uid, string Service, string Server, IRemoteHost Host)
{
    // 2026-01-31T12:00:00.123456789Z
    private const int TimeLength = 30;
    private const string Unknown = "No such container";

    /// <summary>The newest lines, oldest first.</summary>
    /// <exception cref="RemoteException">Docker does not know the container any more, or keeps no output of it.</exception>
    public async Task<IReadOnlyList<ContainerLogLine>> ReadAsync(string? since, int tail, EngineTimeouts timeouts, CancellationToken cancellationToken)
    {
        List<ContainerLogLine> lines = [];
        var command = Command(DockerCommands.Logs(Uid, since, tail, follow: false), timeouts.Query) with { IsRepeatable = true };
        var result = await Host.RunAsync(command, Collect, cancellationToken);
        result.EnsureSuccess();
        return lines;

        ValueTask Collect(OutputLine line)
        {
            lines.Add(Parse(line.Text, lines.LastOrDefault()?.Time ?? ""));
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>What is printed after that time, until the container ends.</summary>
    /// <returns>Why it could not be read; null when it could, or when the container is gone: it is still known until the work that ends it has ended itself.</returns>
    public async Task<string?> FollowAsync(
        string? after, Func<ContainerLogLine, ValueTask> onLine, EngineTimeouts timeouts, CancellationToken cancellationToken)
    {
        var time = after ?? "";
        var command = Command(DockerCommands.Logs(Uid, after, tail: null, follow: true), timeouts.LogFollow);
        try
        {
            // Without a ticket it dies with its connection, which is what is wanted of it here.
            var result = await Host.RunAsync(command, PassOnAsync, cancellationToken);
            return result.Outcome is RemoteOutcome.Exited && !result.IsSuccess && !IsOfNone(result) ? new RemoteException(result).Message : null;
        }
        catch (RemoteUnavailableException exception)
        {
            return exception.Message;
        }

        async ValueTask PassOnAsync(OutputLine text)
        {
            var line = Parse(text.Text, time);
            time = line.Time;
            // Docker begins with the line of that very time; what it says itself, before any line, has none.
            if (string.CompareOrdinal(line.Time, after ?? "") > 0)
                await onLine(line);
        }
    }

    /// <summary>Whether Docker answered that there is no such container.</summary>
    public static bool IsOfNone(RemoteResult result) => result.Tail.Any(line => line.Contains(Unknown, StringComparison.OrdinalIgnoreCase));

    /// <summary>Says why its lines are missing.</summary>
    public ContainerLogLine Notice(string time, string problem) =>
        new(time, Server, Service, Uid, $"Slipway cannot read what {Uid[..12]} printed: {problem}") { IsNotice = true };

    /// <summary>A time as Docker writes it.</summary>
    public static string TextOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    private static RemoteCommand Command(IReadOnlyList<string> program, TimeSpan deadline) => new() { Name = "read the log", Programs = [program], Deadline = deadline };

    // The further pieces of a long line come without a time.
    private ContainerLogLine Parse(string text, string before) => text.Length >= TimeLength && text[TimeLength - 1] == 'Z' && text[10] == 'T'
        ? new(text[..TimeLength], Server, Service, Uid, text.Length > TimeLength ? text[(TimeLength + 1)..] : "")
        : new(before, Server, Service, Uid, text);
}
