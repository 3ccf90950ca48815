using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Http.HttpResults;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using Slipway.Dashboard.Pages;
using Slipway.Dashboard.Pages.OAuth;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Slipway.Server.OAuth;

/// <summary>Answers that stay here: a code for a person to carry, and errors that may not be sent to an address that nobody registered.</summary>
internal sealed class AuthorizationPages : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (Page(context) is not { } page)
            return;
        await page.ExecuteAsync(context.Transaction.GetHttpRequest()!.HttpContext);
        context.HandleRequest();
    }

    private static IResult? Page(ApplyAuthorizationResponseContext context)
    {
        if (string.IsNullOrEmpty(context.RedirectUri))
            return Problem("The application asked in a way that Slipway does not understand", context.Response.ErrorDescription);
        if (context.RedirectUri != OAuthPaths.OutOfBand)
            return null;
        return context.Response.Code is { } code
            ? new RazorComponentResult<CodePage>(new { Code = code })
            : Problem("The application got no access", context.Response.ErrorDescription);
    }

    private static RazorComponentResult<ProblemPage> Problem(string title, string? text) =>
        new(new { Title = title, Text = text ?? "" }) { StatusCode = StatusCodes.Status400BadRequest };
}
