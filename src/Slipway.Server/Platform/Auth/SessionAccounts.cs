using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Slipway.Contracts;
using Slipway.Contracts.Http;
using Slipway.Dashboard.Pages.Session;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;
using Slipway.Server.Users;

namespace Slipway.Server.Platform.Auth;

/// <summary>Forms of the dashboard that change which account a browser works with, or begin a session in a new one.</summary>
internal static class SessionAccounts
{
    public static void MapSessionAccounts(this IEndpointRouteBuilder app)
    {
        app.MapPost("/session/account", Choose).RequireAuthorization();
        app.MapPost("/invitation", AcceptAsync).AllowAnonymous();
    }

    // Nothing is checked here: an account that is not the person's is ignored with each request.
    private static RedirectHttpResult Choose([FromForm] AccountForm form, HttpContext http, IOptions<PublicOptions> options)
    {
        ChosenAccount.Remember(http, form.Account, options.Value.IsHttps);
        return TypedResults.LocalRedirect("/stacks");
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<InvitationPage>>> AcceptAsync(
        [FromForm] InvitationForm form, HttpContext http, SlipwayClient slipway, SignInManager<User> signIn, CancellationToken cancellationToken)
    {
        try
        {
            await slipway.Members.AcceptAsync(new(form.Token ?? "", form.Password), cancellationToken);
        }
        catch (SlipwayApiException exception)
        {
            return new RazorComponentResult<InvitationPage>(new { form.Token, Problem = exception.Message })
            {
                StatusCode = StatusCodes.Status422UnprocessableEntity,
            };
        }
        if (http.User.Identity?.IsAuthenticated != true && await signIn.UserManager.FindByEmailAsync(form.Email ?? "") is { } user)
            await signIn.PasswordSignInAsync(user, form.Password ?? "", isPersistent: false, lockoutOnFailure: true);
        return TypedResults.LocalRedirect("/stacks");
    }
}
