using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using QRCoder;
using Slipway.Dashboard.Pages.Profile;
using Slipway.Server.Users;

namespace Slipway.Server.Platform.Auth;

/// <summary>How a person signs in: password, second factor, recovery codes. For the person alone, so it is no part of the API.</summary>
internal static class SessionProfile
{
    private const int RecoveryCodes = 10;

    public static void MapProfile(this IEndpointRouteBuilder app)
    {
        var profile = app.MapGroup("/profile").RequireAuthorization();
        profile.MapGet("", async (HttpContext http, UserManager<User> users) => await ShowAsync(users, await PersonAsync(http, users)));
        profile.MapPost("/password", ChangePasswordAsync);
        profile.MapGet("/second-factor", async (HttpContext http, UserManager<User> users) =>
            await ShowFactorAsync(users, await PersonAsync(http, users)));
        profile.MapPost("/second-factor/start", StartFactorAsync);
        profile.MapPost("/second-factor", EnableFactorAsync);
        profile.MapPost("/second-factor/end", DisableFactorAsync);
        profile.MapPost("/recovery-codes", RenewCodesAsync);
    }

    private static async Task<RazorComponentResult<ProfilePage>> ChangePasswordAsync(
        [FromForm] PasswordForm form, HttpContext http, UserManager<User> users, SignInManager<User> signIn)
    {
        var person = await PersonAsync(http, users);
        var result = await users.ChangePasswordAsync(person, form.Current ?? "", form.Password ?? "");
        if (!result.Succeeded)
            return await ShowAsync(users, person, problem: Describe(result));
        await signIn.RefreshSignInAsync(person);
        return await ShowAsync(users, person, done: "The password is changed. Other devices have to sign in anew.");
    }

    private static async Task<RedirectHttpResult> StartFactorAsync([FromForm] ConfirmationForm _, HttpContext http, UserManager<User> users)
    {
        var person = await PersonAsync(http, users);
        // Who comes back has scanned the one that is there.
        if (await users.GetAuthenticatorKeyAsync(person) is null)
            await users.ResetAuthenticatorKeyAsync(person);
        return TypedResults.LocalRedirect("/profile/second-factor");
    }

    private static async Task<IResult> EnableFactorAsync(
        [FromForm] CodeForm form, HttpContext http, UserManager<User> users, SignInManager<User> signIn)
    {
        var person = await PersonAsync(http, users);
        var code = (form.Digits ?? "").Replace(" ", "", StringComparison.Ordinal);
        if (!await users.VerifyTwoFactorTokenAsync(person, users.Options.Tokens.AuthenticatorTokenProvider, code))
            return await ShowFactorAsync(users, person, "The code is not right. Check the clock of your device and try the next code.");
        await users.SetTwoFactorEnabledAsync(person, true);
        await signIn.RefreshSignInAsync(person);
        return await NewCodesAsync(users, person);
    }

    private static async Task<RazorComponentResult<ProfilePage>> DisableFactorAsync(
        [FromForm] ConfirmationForm form, HttpContext http, UserManager<User> users, SignInManager<User> signIn)
    {
        var person = await PersonAsync(http, users);
        if (!await users.CheckPasswordAsync(person, form.Password ?? ""))
            return await ShowAsync(users, person, problem: "The password is wrong. The second step stays on.");
        await users.SetTwoFactorEnabledAsync(person, false);
        await users.ResetAuthenticatorKeyAsync(person);
        await signIn.RefreshSignInAsync(person);
        return await ShowAsync(users, person, done: "The second step is off.");
    }

    private static async Task<IResult> RenewCodesAsync([FromForm] ConfirmationForm form, HttpContext http, UserManager<User> users)
    {
        var person = await PersonAsync(http, users);
        return await users.CheckPasswordAsync(person, form.Password ?? "")
            ? await NewCodesAsync(users, person)
            : await ShowAsync(users, person, problem: "The password is wrong. The old recovery codes stay valid.");
    }

    private static async Task<RazorComponentResult<RecoveryCodesPage>> NewCodesAsync(UserManager<User> users, User person)
    {
        var codes = await users.GenerateNewTwoFactorRecoveryCodesAsync(person, RecoveryCodes);
        return new(new { Codes = (IReadOnlyList<string>)[.. codes ?? []] });
    }

    private static async Task<RazorComponentResult<ProfilePage>> ShowAsync(
        UserManager<User> users, User person, string? problem = null, string? done = null) => new(new
        {
            Email = person.Email ?? "",
            HasSecondFactor = person.TwoFactorEnabled,
            RecoveryCodesLeft = await users.CountRecoveryCodesAsync(person),
            Problem = problem,
            Done = done,
        })
        { StatusCode = Status(problem) };

    // A key that is in use is not shown again.
    private static async Task<IResult> ShowFactorAsync(UserManager<User> users, User person, string? problem = null) =>
        !person.TwoFactorEnabled && await users.GetAuthenticatorKeyAsync(person) is { } key
            ? new RazorComponentResult<SecondFactorSetupPage>(new { Secret = key, Picture = Draw(person.Email ?? "", key), Problem = problem }) { StatusCode = Status(problem) }
            : TypedResults.LocalRedirect("/profile");

    private static string Draw(string email, string key)
    {
        var address = $"otpauth://totp/Slipway:{Uri.EscapeDataString(email)}?secret={key}&issuer=Slipway&digits=6";
        using var code = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.M);
        using var svg = new SvgQRCode(code);
        return "data:image/svg+xml;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(svg.GetGraphic(5)));
    }

    private static async Task<User> PersonAsync(HttpContext http, UserManager<User> users) =>
        await users.GetUserAsync(http.User) ?? throw new BadHttpRequestException("Sign in again.", StatusCodes.Status401Unauthorized);

    private static int Status(string? problem) => problem is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity;

    private static string Describe(IdentityResult result) => string.Join(' ', result.Errors.Select(error => error.Description));
}
