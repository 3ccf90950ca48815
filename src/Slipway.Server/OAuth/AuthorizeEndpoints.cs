using System.Collections.Immutable;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Slipway.Dashboard.Pages.OAuth;
using Slipway.Server.Applications;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Tokens;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Scopes = Slipway.Server.Platform.Auth.Scopes;

namespace Slipway.Server.OAuth;

/// <summary>
/// Asks the person whether an application may act for them. OpenIddict has looked at the request before: client, redirect address, scopes
/// and challenge are in order.
/// </summary>
internal static class AuthorizeEndpoints
{
    private const string Decision = "decision";

    public static void MapOAuth(this IEndpointRouteBuilder app)
    {
        // Open, since a stranger is sent to sign in with all that the application asked, and not refused.
        app.MapMethods(OAuthPaths.Authorize, [HttpMethods.Get, HttpMethods.Post], AuthorizeAsync).AllowAnonymous();
        app.MapGet(OAuthPaths.Root + "/authorized_applications", () => TypedResults.LocalRedirect("/authorized-applications")).RequireAuthorization();
    }

    private static async Task<IResult> AuthorizeAsync(
        HttpContext http, Caller caller, AppDb db, IOpenIddictAuthorizationManager consents, IAntiforgery antiforgery, CancellationToken cancellationToken)
    {
        var request = http.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict did not read the request.");
        if (http.User.Identity?.IsAuthenticated != true)
            return SignInFirst(request);
        var application = await db.Applications.FirstAsync(one => one.ClientId == request.ClientId, cancellationToken);
        if ((string?)request[Decision] is not { } decision)
            return await IsRememberedAsync(request, caller, application, consents, cancellationToken)
                ? Grant(caller, request, lifetime: null)
                : Ask(http, request, application);
        // The framework looks at the forms of pages only; a foreign page must not decide.
        if (!HttpMethods.IsPost(http.Request.Method) || !await antiforgery.IsRequestValidAsync(http))
            return TypedResults.StatusCode(StatusCodes.Status400BadRequest);
        return decision == ConsentPage.Allow
            ? await AllowAsync(request, caller, application, db, consents, cancellationToken)
            : Refuse();
    }

    private static RedirectHttpResult SignInFirst(OpenIddictRequest request)
    {
        var asked = request.GetParameters().Where(parameter => parameter.Key != Decision)
            .Select(parameter => KeyValuePair.Create(parameter.Key, (string?)parameter.Value));
        return TypedResults.LocalRedirect("/sign-in" + QueryString.Create("return", OAuthPaths.Authorize + QueryString.Create(asked)));
    }

    private static async Task<bool> IsRememberedAsync(
        OpenIddictRequest request, Caller caller, Application application, IOpenIddictAuthorizationManager consents, CancellationToken cancellationToken) =>
        await consents.FindAsync(
            $"{caller.UserId}", $"{application.Id}", Statuses.Valid, AuthorizationTypes.Permanent, request.GetScopes(), cancellationToken)
            .AnyAsync(cancellationToken);

    private static RazorComponentResult<ConsentPage> Ask(HttpContext http, OpenIddictRequest request, Application application)
    {
        // Browsers hold the redirect that follows the form to the policy of the form's page.
        SecurityHeaders.AllowFormsToLeadTo(http, request.RedirectUri);
        string[] own = [Decision, ConsentPage.Days, "__RequestVerificationToken"];
        return new(new
        {
            Application = application.DisplayName!,
            ReturnsTo = request.RedirectUri == OAuthPaths.OutOfBand ? null : request.RedirectUri,
            Scopes = (IReadOnlyList<string>)[.. Scopes.Ordered(request.GetScopes())],
            Asked = (IReadOnlyList<KeyValuePair<string, string?>>)
                [.. request.GetParameters().Where(one => !own.Contains(one.Key)).Select(one => KeyValuePair.Create(one.Key, (string?)one.Value))],
            http.User.Identity!.Name,
        });
    }

    private static async Task<IResult> AllowAsync(
        OpenIddictRequest request, Caller caller, Application application, AppDb db, IOpenIddictAuthorizationManager consents, CancellationToken cancellationToken)
    {
        var days = (string?)request[ConsentPage.Days];
        TimeSpan? lifetime = int.TryParse(days, CultureInfo.InvariantCulture, out var number) && number > 0 ? TimeSpan.FromDays(number) : null;
        if (lifetime > NewToken.LongestLife)
            return TypedResults.StatusCode(StatusCodes.Status400BadRequest);
        db.Audit.Note(
            caller.UserId, RecordedChange.Added, "consent", application.DisplayName!,
            new() { ["scopes"] = Scopes.Join(Scopes.Ordered(request.GetScopes())), ["days"] = lifetime?.TotalDays });
        // One who set an end wants to be asked again when it has come.
        if (lifetime is null)
            await consents.CreateAsync(
                new ClaimsIdentity(), $"{caller.UserId}", $"{application.Id}", AuthorizationTypes.Permanent, request.GetScopes(), cancellationToken);
        else
            await db.SaveChangesAsync(cancellationToken);
        return Grant(caller, request, lifetime);
    }

    private static SignInHttpResult Grant(Caller caller, OpenIddictRequest request, TimeSpan? lifetime)
    {
        var identity = new ClaimsIdentity("OAuth", Claims.Name, Claims.Role).SetClaim(Claims.Subject, $"{caller.UserId}");
        identity.SetScopes(Scopes.Ordered(request.GetScopes()));
        identity.SetAccessTokenLifetime(lifetime);
        return TypedResults.SignIn(new(identity), authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }

    private static ForbidHttpResult Refuse() => TypedResults.Forbid(
        new(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.AccessDenied,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = "The person refused.",
        }),
        [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
}
