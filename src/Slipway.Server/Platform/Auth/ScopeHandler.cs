using Microsoft.AspNetCore.Authorization;

namespace Slipway.Server.Platform.Auth;

internal sealed record ScopeRequirement(string Scope) : IAuthorizationRequirement;

/// <summary>Lets a request pass whose token has the scope that the route asks for.</summary>
internal sealed class ScopeHandler : AuthorizationHandler<ScopeRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.Resource is HttpContext http && http.RequestServices.GetRequiredService<Caller>().Has(requirement.Scope))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
