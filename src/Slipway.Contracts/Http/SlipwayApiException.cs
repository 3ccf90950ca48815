using System.Net;

namespace Slipway.Contracts.Http;

/// <summary>A reply of the server that is not a success.</summary>
public sealed class SlipwayApiException(HttpStatusCode status, ApiError error)
    : Exception(string.IsNullOrEmpty(error.Details) ? error.ErrorDescription : error.Details)
{
    public HttpStatusCode Status => status;

    public ApiError Error => error;
}
