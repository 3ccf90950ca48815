namespace Slipway.SystemTests.Work.Soak;

/// <summary>One thing that happens to a fleet: what, to whom, for how long, and how long it is quiet afterwards.</summary>
internal sealed record SoakMove(SoakKind Kind, int Stack, int Node, TimeSpan Length, TimeSpan Pause)
{
    private static readonly SoakKind[] Weighted =
    [
        .. Enumerable.Repeat(SoakKind.Deploy, 8), .. Enumerable.Repeat(SoakKind.Cancel, 3), .. Enumerable.Repeat(SoakKind.KillNode, 3),
        .. Enumerable.Repeat(SoakKind.PauseNode, 2), .. Enumerable.Repeat(SoakKind.CutDatabase, 2), .. Enumerable.Repeat(SoakKind.CutServers, 2),
        SoakKind.Restart, SoakKind.RollBack, SoakKind.RestartDatabase,
    ];

    /// <summary>The same moves for the same seed, whatever comes of them.</summary>
    public static IEnumerable<SoakMove> Draw(int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            var kind = Weighted[random.Next(Weighted.Length)];
            var (stack, node) = (random.Next(SoakFleet.StackCount), random.Next(SoakFleet.NodeCount));
            yield return new(kind, stack, node, TimeSpan.FromMilliseconds(random.Next(200, 9000)), TimeSpan.FromMilliseconds(random.Next(100, 2500)));
        }
    }

    public override string ToString() => $"{Kind} stack {Stack} node {Node} for {Length.TotalSeconds:0.0} s";
}

internal enum SoakKind
{
    Deploy,
    RollBack,
    Restart,
    Cancel,
    KillNode,
    PauseNode,
    CutDatabase,
    CutServers,
    RestartDatabase,
}
