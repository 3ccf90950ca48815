using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;
using Slipway.Server.Users;

namespace Slipway.Server.Platform.Auth;

/// <summary>People sign in with ASP.NET Core Identity, programs with tokens; whatever is not marked as open needs one of them.</summary>
internal static class SignInSetup
{
    public const string CookieName = "slipway";

    public static WebApplicationBuilder AddSignIn(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSealedKeys();
        services.AddSessionIds();
        services.AddScoped<Caller>();
        services.AddIdentities(isOnlyNode: builder.Configuration[$"{DatabaseOptions.Section}:Provider"] != DatabaseOptions.Postgres);
        services.AddSingleton<TokenUses>();
        services.AddHostedService(provider => provider.GetRequiredService<TokenUses>());
        services.AddScoped<IUserConfirmation<User>, LockedPeople>();
        services.AddIdentityCore<User>(Configure).AddEntityFrameworkStores<AppDb>().AddSignInManager().AddDefaultTokenProviders();
        services.AddAuthentication(AuthSchemes.Choice)
            .AddPolicyScheme(AuthSchemes.Choice, null, options => options.ForwardDefaultSelector = AuthSchemes.Choose)
            .AddScheme<AuthenticationSchemeOptions, TokenHandler>(AuthSchemes.Token, null)
            .AddScheme<AuthenticationSchemeOptions, InProcessAuthHandler>(AuthSchemes.InProcess, null)
            .AddIdentityCookies();
        services.AddOptions<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme)
            .Configure<IOptions<PublicOptions>>(Configure);
        services.AddAntiforgery(options => options.Cookie.SameSite = SameSiteMode.Lax);
        services.AddSingleton<IAuthorizationHandler, ScopeHandler>();
        services.AddAuthorization(Configure);
        return builder;
    }

    private static void AddIdentities(this IServiceCollection services, bool isOnlyNode)
    {
        services.AddSingleton<Identities>();
        services.AddSingleton(provider => new CacheTrust(isOnlyNode, provider.GetRequiredService<TimeProvider>()));
        if (!isOnlyNode)
            services.AddHostedService<IdentityListener>();
    }

    private static void Configure(IdentityOptions options)
    {
        options.User.RequireUniqueEmail = true;
        options.SignIn.RequireConfirmedAccount = true;
        // Length is what makes a password hard to guess; rules about its letters only make it hard to remember.
        options.Password = new()
        {
            RequiredLength = 12,
            RequiredUniqueChars = 1,
            RequireDigit = false,
            RequireLowercase = false,
            RequireUppercase = false,
            RequireNonAlphanumeric = false,
        };
        options.Lockout = new() { MaxFailedAccessAttempts = 5, DefaultLockoutTimeSpan = TimeSpan.FromMinutes(10), AllowedForNewUsers = true };
    }

    private static void Configure(
        Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions options, IOptions<PublicOptions> publicOptions)
    {
        options.Cookie.Name = CookieName;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = publicOptions.Value.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        options.LoginPath = "/sign-in";
        options.AccessDeniedPath = "/sign-in";
        options.ExpireTimeSpan = TimeSpan.FromDays(14);
        options.Events.OnRedirectToLogin = redirect => RedirectOrSay(redirect, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = redirect => RedirectOrSay(redirect, StatusCodes.Status403Forbidden);
    }

    private static Task RedirectOrSay(
        RedirectContext<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions> redirect, int status)
    {
        if (redirect.Request.Path.StartsWithSegments("/api"))
            redirect.Response.StatusCode = status;
        else
            redirect.Response.Redirect(redirect.RedirectUri);
        return Task.CompletedTask;
    }

    private static void Configure(AuthorizationOptions options)
    {
        var signedIn = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        options.FallbackPolicy = signedIn;
        options.DefaultPolicy = signedIn;
        // Reading needs any valid token: no scope at all equals public.
        options.AddPolicy(Scopes.Public, signedIn);
        foreach (var scope in Scopes.All.Except([Scopes.Public]))
            options.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().AddRequirements(new ScopeRequirement(scope)));
    }
}
