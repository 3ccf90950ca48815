namespace Slipway.Contracts.Http;

/// <summary>The body of every reply that is not a success.</summary>
/// <param name="Error">The kind of error, one of <see cref="ApiErrors"/>.</param>
/// <param name="ErrorDescription">What the kind means.</param>
/// <param name="Details">What is wrong with this very request, and what to do next.</param>
public sealed record ApiError(string Error, string ErrorDescription, string? Details);

/// <summary>The kinds of error.</summary>
public static class ApiErrors
{
    public const string BadRequest = "bad_request";
    public const string Unauthenticated = "unauthenticated";
    public const string TrialExpired = "trial_expired";
    public const string Forbidden = "forbidden";
    public const string NotFound = "not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string TimeOut = "time_out";
    public const string Conflict = "conflict";
    public const string TooLarge = "too_large";
    public const string Throttled = "throttled";
    public const string InternalError = "internal_error";
    public const string Unavailable = "unavailable";
}
