using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Slipway.Contracts;
using Slipway.Contracts.Http;
using Slipway.Contracts.Setup;
using Slipway.Dashboard.Pages.Session;
using Slipway.Server.OAuth;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Users;
using SignInResult = Microsoft.AspNetCore.Identity.SignInResult;

namespace Slipway.Server.Platform.Auth;

/// <summary>Signing in to the dashboard and out of it. Each form is answered by a page of it or by the way to the next.</summary>
internal static class SessionEndpoints
{
    // One text for all cases, so that nobody learns which addresses have an account.
    private const string Refused =
        "E-mail address or password is wrong, or there were too many attempts. After five wrong ones an account rests for ten minutes.";

    private const string SignIn = "sign_in";

    public static void MapSession(this IEndpointRouteBuilder app)
    {
        app.MapPost("/session", StartAsync).AllowAnonymous();
        app.MapPost("/session/second-factor", ConfirmAsync).AllowAnonymous();
        app.MapPost("/session/end", EndAsync).AllowAnonymous();
        app.MapPost("/setup", SetUpAsync).AllowAnonymous();
        app.MapProfile();
        app.MapSessionAccounts();
    }

    public static void AddSessionForms(this IServiceCollection services) =>
        services.PostConfigure<CookieAuthenticationOptions>(
            IdentityConstants.ApplicationScheme, options => options.ReturnUrlParameter = "return");

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<ContinuePage>, RazorComponentResult<SignInPage>>> StartAsync(
        [FromForm] SignInForm form, SignInManager<User> signIn, TimeProvider time)
    {
        var user = await signIn.UserManager.FindByEmailAsync(form.Email ?? "");
        if (user is null)
        {
            // As slow as a wrong password, for the same reason as the one text.
            signIn.UserManager.PasswordHasher.HashPassword(new(), form.Password ?? "");
            return Again(form);
        }
        var result = await signIn.PasswordSignInAsync(user, form.Password ?? "", form.Remember, lockoutOnFailure: true);
        if (result.RequiresTwoFactor)
        {
            var query = QueryString.Create("return", Local(form.Return)).Add("remember", form.Remember ? "true" : "false");
            return TypedResults.LocalRedirect("/session/second-factor" + query);
        }
        if (!result.Succeeded)
        {
            await NoteRefusalAsync(signIn, user, result, "password");
            return Again(form);
        }
        await NoteAsync(signIn, user, time);
        if (LeadsElsewhere(form.Return) is { } onward)
            return onward;
        return TypedResults.LocalRedirect(Local(form.Return));
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<ContinuePage>, RazorComponentResult<SecondFactorPage>>> ConfirmAsync(
        [FromForm] SecondFactorForm form, SignInManager<User> signIn, TimeProvider time)
    {
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } user)
            return TypedResults.LocalRedirect("/sign-in");
        var code = (form.Code ?? "").Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        var result = code.Length == 6
            ? await signIn.TwoFactorAuthenticatorSignInAsync(code, form.Remember, rememberClient: false)
            : await signIn.TwoFactorRecoveryCodeSignInAsync(code);
        if (!result.Succeeded)
        {
            await NoteRefusalAsync(signIn, user, result, "second step");
            var problem = result.IsLockedOut ? "There were too many attempts. Try again in ten minutes." : "The code is not right. It changes every 30 seconds.";
            return new RazorComponentResult<SecondFactorPage>(new { form.Return, form.Remember, Problem = problem })
            {
                StatusCode = StatusCodes.Status422UnprocessableEntity,
            };
        }
        await NoteAsync(signIn, user, time);
        if (LeadsElsewhere(form.Return) is { } onward)
            return onward;
        return TypedResults.LocalRedirect(Local(form.Return));
    }

    private static async Task<RedirectHttpResult> EndAsync([FromForm] ConfirmationForm _, SignInManager<User> signIn, AppDb db, CancellationToken cancellationToken)
    {
        if (await signIn.UserManager.GetUserAsync(signIn.Context.User) is { } user)
        {
            signIn.Context.RequestServices.GetRequiredService<Origin>().SignedIn(user);
            db.Audit.Note(user.Id, RecordedChange.Ended, SignIn, user.Email!);
            await db.SaveChangesAsync(cancellationToken);
        }
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect("/sign-in");
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<SetupPage>>> SetUpAsync(
        [FromForm] SetupForm form, SlipwayClient slipway, SignInManager<User> signIn, CancellationToken cancellationToken)
    {
        try
        {
            await slipway.Setup.CompleteAsync(
                new(form.Token ?? "", form.Email ?? "", form.Password ?? "", form.Account ?? "My account"), cancellationToken);
        }
        catch (SlipwayApiException exception)
        {
            return new RazorComponentResult<SetupPage>(new { form.Token, form.Email, form.Account, Problem = exception.Message })
            {
                StatusCode = StatusCodes.Status422UnprocessableEntity,
            };
        }
        await signIn.PasswordSignInAsync((await signIn.UserManager.FindByEmailAsync(form.Email!))!, form.Password!, false, lockoutOnFailure: true);
        return TypedResults.LocalRedirect("/stacks");
    }

    private static async Task NoteAsync(SignInManager<User> signIn, User user, TimeProvider time)
    {
        signIn.Context.RequestServices.GetRequiredService<Origin>().SignedIn(user);
        user.LastLoginAt = time.GetUtcNow();
        await signIn.UserManager.UpdateAsync(user);
    }

    // While an account rests, attempts are not tried, and so not counted; the beginning of the rest has an entry of its own.
    private static async Task NoteRefusalAsync(SignInManager<User> signIn, User user, SignInResult result, string what)
    {
        if (result.IsLockedOut || result.IsNotAllowed)
            return;
        var db = signIn.Context.RequestServices.GetRequiredService<AppDb>();
        db.Audit.Note(user.Id, RecordedChange.Refused, SignIn, user.Email!, new() { ["wrong"] = what });
        await db.SaveChangesAsync(signIn.Context.RequestAborted);
    }

    private static RazorComponentResult<SignInPage> Again(SignInForm form) =>
        new(new { form.Email, form.Return, form.Remember, Problem = Refused }) { StatusCode = StatusCodes.Status422UnprocessableEntity };

    /// <summary>
    /// The way to an application's address must not be a redirect of our form: browsers hold those to the policy of the form's page. So a page
    /// in between leads on.
    /// </summary>
    private static RazorComponentResult<ContinuePage>? LeadsElsewhere(string? address) =>
        Local(address) is var local && local.StartsWith(OAuthPaths.Authorize, StringComparison.Ordinal) ? new(new { Address = local }) : null;

    private static string Local(string? address) => RedirectHttpResult.IsLocalUrl(address) && address is ['/', ..] ? address : "/stacks";
}
