using System.Security.Claims;

namespace Slipway.Server.Platform.Auth;

/// <summary>
/// A feature of requests that the dashboard makes inside this process, on behalf of the person who is signed in to it. No request from
/// outside can carry it. It has all scopes, counts as started in the web and is outside of the rate limit.
/// </summary>
/// <param name="Principal">Who is signed in.</param>
/// <param name="AccountId">The account that the person works with, as far as the browser knows.</param>
internal sealed record InProcessCall(ClaimsPrincipal Principal, int? AccountId);
