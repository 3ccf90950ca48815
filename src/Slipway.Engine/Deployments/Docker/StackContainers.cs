using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Asks Docker on a server for what the stack has there.</summary>
internal static class StackContainers
{
    private const int RestartAttempts = 20;

    // One that is asked while it starts may answer nothing for as long as a question may take.
    private const int AttemptsOfSilence = 5;

    public static Task<IReadOnlyList<ContainerState>> ListAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken) =>
        ListAsync(context.Paths, context.Timeouts, host, cancellationToken);

    public static async Task<IReadOnlyList<ContainerState>> ListAsync(
        StackPaths paths, EngineTimeouts timeouts, IRemoteHost host, CancellationToken cancellationToken) =>
        [.. (await ListWithStrangersAsync(paths, timeouts, host, cancellationToken)).Where(container => container.IsOurs)];

    /// <summary>The same with those that others have started from the stack's images, which no work touches. An engine that restarts is waited for.</summary>
    public static async Task<IReadOnlyList<ContainerState>> ListWithStrangersAsync(
        StackPaths paths, EngineTimeouts timeouts, IRemoteHost host, CancellationToken cancellationToken) =>
        Read(host, await WithEngineAsync(paths, timeouts, host, () => AskForAllAsync(paths, timeouts, host, cancellationToken), cancellationToken));

    /// <summary>The same of an engine that is not waited for.</summary>
    public static async Task<IReadOnlyList<ContainerState>> LookAsync(StackPaths paths, EngineTimeouts timeouts, IRemoteHost host, CancellationToken cancellationToken)
    {
        var (result, text) = await AskForAllAsync(paths, timeouts, host, cancellationToken);
        result.EnsureSuccess();
        return Read(host, text);
    }

    /// <summary>The container; null when it is gone. An engine that restarts is waited for.</summary>
    public static async Task<ContainerState?> FindAsync(DeployContext context, IRemoteHost host, string id, CancellationToken cancellationToken)
    {
        var look = Quick(context, "look at the container", DockerQueries.Container(id));
        var text = await WithEngineAsync(context.Paths, context.Timeouts, host, () => ReadAsync(host, look, cancellationToken), cancellationToken);
        return Read(host, text) is [var found, ..] ? found : null;
    }

    /// <summary>A command that may be repeated freely. An engine that restarts is waited for.</summary>
    public static Task ChangeAsync(DeployContext context, IRemoteHost host, RemoteCommand command, CancellationToken cancellationToken) =>
        WithEngineAsync(context.Paths, context.Timeouts, host, () => ReadAsync(host, command, cancellationToken), cancellationToken);

    private static Task<(RemoteResult Result, string Text)> AskForAllAsync(StackPaths paths, EngineTimeouts timeouts, IRemoteHost host, CancellationToken cancellationToken) =>
        ReadAsync(host, Quick(paths, timeouts, "look at containers", DockerQueries.Containers(paths)), cancellationToken);

    private static async Task<string> WithEngineAsync(
        StackPaths paths, EngineTimeouts timeouts, IRemoteHost host, Func<Task<(RemoteResult Result, string Text)>> ask, CancellationToken cancellationToken)
    {
        var left = RestartAttempts;
        while (true)
        {
            var (result, text) = await ask();
            var isSilent = result.Outcome is RemoteOutcome.TimedOut;
            left -= isSilent ? AttemptsOfSilence : 1;
            if (left <= 0 || (!isSilent && !DockerQueries.IsWithoutEngine(result)))
            {
                result.EnsureSuccess();
                return text;
            }
            (await host.RunAsync(Quick(paths, timeouts, "wait for Docker", ["sleep", "1"]), onLine: null, cancellationToken)).EnsureSuccess();
        }
    }

    private static IReadOnlyList<ContainerState> Read(IRemoteHost host, string text)
    {
        try
        {
            return ContainerState.Read(text);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new UserErrorException($"Docker on {host.Machine.Address} describes its containers in a way that cannot be read. See what \"docker container inspect\" prints there: {exception.Message}", exception);
        }
    }

    /// <summary>Lines that a short command prints; one that fails is an error.</summary>
    public static Task<IReadOnlyList<string>> LinesAsync(
        DeployContext context, IRemoteHost host, string name, IReadOnlyList<string> program, CancellationToken cancellationToken) =>
        host.ReadLinesAsync(Quick(context, name, program), cancellationToken);

    public static ContainerPlan Plan(DeployContext context, ServerSpec server, IReadOnlyList<ContainerState> present) => ContainerPlan.For(
        context.Docker, service => CountOf(server, service), present, context.Release, context.Run,
        (service, number) => New(context, service, number).Name, context.Change);

    /// <summary>What becomes of the containers on each server, by uid.</summary>
    public static async Task<IReadOnlyDictionary<string, ContainerPlan>> PlansAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var plans = new ConcurrentDictionary<string, ContainerPlan>();
        await context.OnWebServersAsync(
            async (server, host, token) => plans[server.Uid] = Plan(context, server, await ListAsync(context, host, token)), cancellationToken);
        return plans;
    }

    /// <summary>How many containers of a service a server is to have: by default one, on the first server.</summary>
    public static int CountOf(ServerSpec server, string service) => server.ProcessCounts.GetValueOrDefault(service, server.IsPrimary ? 1 : 0);

    public static NewContainer New(DeployContext context, Analysis.Docker.ServiceDefinition service, int number) => new()
    {
        Paths = context.Paths, Service = service, Release = context.Release, Run = context.Run, Number = number,
        Hosts = context.State.HasNames ? NamePlan.Hosts(context.Docker) : new Dictionary<string, string>(),
    };

    public static RemoteCommand Quick(DeployContext context, string name, IReadOnlyList<string> program) =>
        Quick(context.Paths, context.Timeouts, name, program);

    public static RemoteCommand Quick(StackPaths paths, EngineTimeouts timeouts, string name, IReadOnlyList<string> program) => new()
    {
        Name = name,
        Programs = [program],
        Environment = DockerCommands.Environment(paths),
        Deadline = timeouts.Query,
        IsRepeatable = true,
    };

    /// <summary>JSON that a command prints. Long lines arrive in pieces, and it needs none of the line ends, so all of them are left out.</summary>
    public static async Task<(RemoteResult Result, string Text)> ReadAsync(IRemoteHost host, RemoteCommand command, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var result = await host.RunAsync(
            command,
            line =>
            {
                text.Append(line.Text);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return (result, text.ToString());
    }
}
