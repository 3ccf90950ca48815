namespace Slipway.Server.Platform.Limits;

/// <summary>What holds for every call. Section <c>Slipway:Api</c>.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Slipway:Api";

    /// <summary>
    /// How long a call may take until it is given up with 408. Enrolling a server takes the longest: some SSH connections, one after the other.
    /// </summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(2);
}
