namespace Slipway.Server.Containers;

/// <summary>What is not well on a server.</summary>
/// <param name="Drift">What is to be put right, once it was seen twice.</param>
/// <param name="Ill">Containers that are ill though Docker does what it can.</param>
/// <param name="Due">What is to be done in time, while all is well.</param>
internal sealed record ServerLook(IReadOnlyList<string> Drift, IReadOnlyList<string> Ill, IReadOnlyList<string> Due)
{
    public static ServerLook Nothing { get; } = new([], [], []);

    public IEnumerable<string> Faults => Drift.Concat(Ill);
}
