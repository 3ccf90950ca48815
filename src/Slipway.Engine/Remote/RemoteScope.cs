namespace Slipway.Engine.Remote;

/// <summary>On whose behalf a request changes a machine. The machine keeps the highest epoch seen for each stack and refuses lower ones.</summary>
/// <param name="Stack">The stack's slug.</param>
/// <param name="Epoch">Raised each time that a node takes the stack's work over; never reused.</param>
public sealed record RemoteScope(string Stack, long Epoch)
{
    /// <summary>For looks that change nothing, on nobody's behalf.</summary>
    public static RemoteScope None { get; } = new("", 0);
}
