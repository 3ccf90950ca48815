using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Slipway.Contracts.Http;

namespace Slipway.Server.Platform.Http;

/// <summary>An answer that says what is wrong.</summary>
internal sealed class ApiProblem(int status, string? details) : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    private TimeSpan? _retryAfter;

    public int? StatusCode => status;

    public static ApiProblem BadRequest(string details) => new(StatusCodes.Status400BadRequest, details);

    public static ApiProblem Suspended(string reason) => new(
        StatusCodes.Status402PaymentRequired, $"The account is suspended. {reason} Until that is settled you can only look at accounts and people.");

    public static ApiProblem Forbidden(string details) => new(StatusCodes.Status403Forbidden, details);

    public static ApiProblem NotFound(string? details = null) => new(StatusCodes.Status404NotFound, details);

    public static ApiProblem MethodNotAllowed() => new(StatusCodes.Status405MethodNotAllowed, null);

    public static ApiProblem Conflict(string details) => new(StatusCodes.Status409Conflict, details);

    public static ApiProblem Throttled(TimeSpan retryAfter) => new(
        StatusCodes.Status503ServiceUnavailable, "All requests of this clock hour are used up. Try again when the next one begins.") { _retryAfter = retryAfter };

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesDefaultResponseTypeAttribute(typeof(ApiError)));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var (error, description) = _retryAfter is null ? Describe(status) : (ApiErrors.Throttled, "The limit of requests in an hour is reached.");
        var headers = httpContext.Response.Headers;
        if (_retryAfter is { } wait)
            headers.RetryAfter = ((long)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (status == StatusCodes.Status401Unauthorized && headers.WWWAuthenticate.Count == 0)
            headers.WWWAuthenticate = "Bearer";
        httpContext.Response.StatusCode = status;
        return httpContext.Response.WriteAsJsonAsync(new ApiError(error, description, details), httpContext.RequestAborted);
    }

    /// <summary>What a status means in this API.</summary>
    internal static (string Error, string Description) Describe(int status) => status switch
    {
        StatusCodes.Status402PaymentRequired => (ApiErrors.TrialExpired, "The account is suspended."),
        400 => (ApiErrors.BadRequest, "The request is missing a parameter or has one that is not valid."),
        401 => (ApiErrors.Unauthenticated, "No valid token was sent with the request."),
        403 => (ApiErrors.Forbidden, "The token's scopes or your access level do not allow this request."),
        404 => (ApiErrors.NotFound, "There is nothing at this address, or you may not see it."),
        405 => (ApiErrors.MethodNotAllowed, "This address does not know this HTTP method."),
        408 => (ApiErrors.TimeOut, "The answer took too long."),
        409 => (ApiErrors.Conflict, "The request does not fit the state that the resource is in."),
        413 => (ApiErrors.TooLarge, "The request is too large."),
        503 => (ApiErrors.Unavailable, "Slipway cannot answer right now. Try again in a moment."),
        < 500 => (ApiErrors.BadRequest, "The request cannot be understood."),
        _ => (ApiErrors.InternalError, "Something went wrong inside Slipway."),
    };
}
