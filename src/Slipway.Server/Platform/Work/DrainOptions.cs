namespace Slipway.Server.Platform.Work;

/// <summary>How a node ends. Section <c>Slipway:Drain</c>.</summary>
internal sealed class DrainOptions
{
    public const string Section = "Slipway:Drain";

    /// <summary>How long a node that was asked to end still answers, with /readyz at 503, so that a proxy which asks that sends requests elsewhere.</summary>
    public TimeSpan Delay { get; set; }
}
