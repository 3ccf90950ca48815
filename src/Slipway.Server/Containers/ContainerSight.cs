using Slipway.Contracts.Stacks;
using Slipway.Engine.Deployments.Docker;

namespace Slipway.Server.Containers;

/// <summary>A container as Docker told of it at some moment.</summary>
/// <param name="State">What Docker said.</param>
/// <param name="Crashes">When it was found started again since it is looked at, with how often; those of the last minutes.</param>
/// <param name="KeptFrom">
/// Null, but where nginx hands it no requests on purpose: it outlived a deployment that gave its service other ports, which are these.
/// </param>
internal sealed record ContainerSight(ContainerState State, IReadOnlyList<(DateTimeOffset Time, int Count)> Crashes, IReadOnlyList<int>? KeptFrom = null)
{
    // Docker waits for up to a minute before it starts one again that ends at once. One that ended a single time is well again.
    private static readonly TimeSpan LoopTime = TimeSpan.FromMinutes(5);
    private const int LoopCrashes = 2;

    public static ContainerSight After(ContainerSight? earlier, ContainerState state, DateTimeOffset now, IReadOnlyList<int>? keptFrom)
    {
        var recent = earlier?.Crashes.Where(crash => now - crash.Time < LoopTime) ?? [];
        var more = state.Restarts - (earlier?.State.Restarts ?? state.Restarts);
        return new(state, more > 0 ? [.. recent, (now, more)] : [.. recent], keptFrom);
    }

    /// <summary>One of <see cref="StackHealth"/>.</summary>
    public int Health => Problem is not null ? StackHealth.Impaired : State.Health is "starting" ? StackHealth.Building : StackHealth.Healthy;

    public string Message => Problem ?? State switch
    {
        _ when KeptFrom is not null => "It runs without requests, as nginx offers none of its service's ports any more. Deployments leave it alone (restart_on_deploy: false).",
        { Health: "starting" } => "It runs; the check of its image has not told yet.",
        { Restarts: > 0 } => $"It runs. Docker has started it again {Times(State.Restarts)}, the last time at {State.StartedAt:u}.",
        { Health: "healthy" } => "It runs, and is healthy by the check of its image.",
        _ => "It runs.",
    };

    public string? Problem => State switch
    {
        { Status: "restarting" } => $"It ended with exit code {State.ExitCode}, and Docker is about to start it again: so far it has {Times(State.Restarts)}. Its log may tell why.",
        { IsUp: false } => $"It does not run: Docker calls it {State.Status}, with exit code {State.ExitCode}.",
        { Health: "unhealthy" } => "It runs, but is unhealthy by the check of its image.",
        _ when Crashes.Sum(crash => crash.Count) >= LoopCrashes => $"It ends again and again: Docker has started it anew {Times(State.Restarts)}, the last time at {State.StartedAt:u}. Its log may tell why.",
        _ when KeptFrom is { Count: > 0 } => FormattableString.Invariant(
            $"It runs, but gets no requests: nginx offers port {string.Join(" and ", KeptFrom)} of its service by now, and it was started with others. Deployments leave it alone (restart_on_deploy: false): restart it to have the ports of the definition."),
        _ => null,
    };

    private static string Times(int count) => count == 1 ? "once" : FormattableString.Invariant($"{count} times");
}
