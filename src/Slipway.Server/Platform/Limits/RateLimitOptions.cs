using System.ComponentModel.DataAnnotations;

namespace Slipway.Server.Platform.Limits;

/// <summary>How many requests the API answers in a clock hour. Section <c>Slipway:RateLimit</c>.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "Slipway:RateLimit";

    /// <summary>Of one person, with all their tokens, over all nodes.</summary>
    [Range(1, int.MaxValue, ErrorMessage = "Slipway:RateLimit:RequestsPerHour must be at least 1.")]
    public int RequestsPerHour { get; set; } = 3600;

    /// <summary>Of one address without a valid token, on each node. IPv6 addresses count by their /64 network.</summary>
    [Range(1, int.MaxValue, ErrorMessage = "Slipway:RateLimit:AnonymousRequestsPerHour must be at least 1.")]
    public int AnonymousRequestsPerHour { get; set; } = 1200;
}
