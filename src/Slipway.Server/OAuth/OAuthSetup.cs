using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using Slipway.Server.Applications;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using Scopes = Slipway.Server.Platform.Auth.Scopes;

namespace Slipway.Server.OAuth;

/// <summary>
/// OAuth 2 for applications of others. OpenIddict does the protocol; the token that comes out of it is one of ours, since reading one of
/// OpenIddict's takes the API ten times as long (docs/adr/0004).
/// </summary>
internal static class OAuthSetup
{
    // Long enough to carry a code by hand from the page to a terminal.
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(5);

    public static WebApplicationBuilder AddOAuth(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<CodeExchange>();
        builder.Services.AddHostedService<SpentCodes>();
        builder.Services.AddOptions<OpenIddictServerOptions>().Configure<IOptions<PublicOptions>, MasterKey>(Configure);
        builder.Services.AddOpenIddict()
            .AddCore(core => core.DisableEntityCaching()
                .ReplaceApplicationManager<Application, ApplicationSecrets>().UseEntityFrameworkCore().UseDbContext<AppDb>()
                .ReplaceDefaultEntities<Application, Authorization, ApplicationScope, AuthorizationCode, int>())
            .AddServer(AddServer);
        return builder;
    }

    private static void AddServer(OpenIddictServerBuilder server)
    {
        server.SetAuthorizationEndpointUris(OAuthPaths.Authorize.TrimStart('/'))
            .SetTokenEndpointUris(OAuthPaths.Token.TrimStart('/'))
            .SetRevocationEndpointUris(OAuthPaths.Revoke.TrimStart('/'))
            .SetConfigurationEndpointUris(Array.Empty<string>())
            .SetJsonWebKeySetEndpointUris(Array.Empty<string>());
        server.AllowAuthorizationCodeFlow().SetAuthorizationCodeLifetime(CodeLifetime).SetAccessTokenLifetime(null);
        server.IgnoreEndpointPermissions().IgnoreGrantTypePermissions().IgnoreResponseTypePermissions().IgnoreScopePermissions();
        // Slipway listens on plain http behind a proxy, or on loopback; the address that it tells clients comes from the configuration.
        server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().DisableTransportSecurityRequirement();

        server.RemoveEventHandler(OpenIddictServerHandlers.Exchange.ValidateRedirectUri.Descriptor);
        server.RemoveEventHandler(OpenIddictServerHandlers.RedeemTokenEntry.Descriptor);
        server.RemoveEventHandler(OpenIddictServerHandlers.Revocation.RevokeToken.Descriptor);
        Add<ExtractAuthorizationRequestContext, LenientRequests>(server, int.MaxValue - 100_000);
        Add<ExtractTokenRequestContext, LenientRequests>(server, int.MaxValue - 100_000);
        Add<ValidateAuthorizationRequestContext, NoteRedirectAddress>(
            server, OpenIddictServerHandlers.Authentication.ValidateClientRedirectUri.Descriptor.Order + 500);
        Add<ValidateTokenRequestContext, CompareRedirectAddress>(server, OpenIddictServerHandlers.Exchange.ValidateRedirectUri.Descriptor.Order);
        Add<ValidateTokenContext, RecogniseAccessToken>(
            server, OpenIddictServerHandlers.Protection.ValidateReferenceTokenIdentifier.Descriptor.Order + 500);
        Add<ValidateTokenContext, NoticeReusedCode>(server, OpenIddictServerHandlers.Protection.ValidateTokenEntry.Descriptor.Order - 500);
        Add<GenerateTokenContext, GiveAccessToken>(server, int.MinValue + 50_000);
        Add<HandleRevocationRequestContext, RevokeAccessToken>(server, OpenIddictServerHandlers.Revocation.RevokeToken.Descriptor.Order);
        Add<ApplyAuthorizationResponseContext, ReturnErrorsToClient>(
            server, OpenIddictServerHandlers.Authentication.AttachRedirectUri.Descriptor.Order + 500);
        Add<ApplyAuthorizationResponseContext, AuthorizationPages>(
            server, OpenIddictServerAspNetCoreHandlers.Authentication.ProcessSelfRedirection.Descriptor.Order - 500);
        Add<ApplyTokenResponseContext, TokenReplies>(
            server, OpenIddictServerAspNetCoreHandlers.ProcessJsonResponse<ApplyTokenResponseContext>.Descriptor.Order - 500);
    }

    private static void Add<TContext, THandler>(OpenIddictServerBuilder server, int order)
        where TContext : BaseContext
        where THandler : class, IOpenIddictServerHandler<TContext> =>
        server.AddEventHandler<TContext>(handler => handler.UseScopedHandler<THandler>().SetOrder(order));

    private static void Configure(OpenIddictServerOptions options, IOptions<PublicOptions> publicOptions, MasterKey master)
    {
        options.Issuer = new(publicOptions.Value.PublicUrl);
        options.SigningCredentials.Add(new(OAuthKeys.Signing(master), SecurityAlgorithms.EcdsaSha256));
        options.EncryptionCredentials.Add(
            new(OAuthKeys.Encryption(master), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
        // Plain OAuth: no OpenID Connect, and nothing whose answer our content policy would have to make room for.
        options.Scopes.Clear();
        options.Scopes.UnionWith(Scopes.All);
        options.ResponseModes.IntersectWith([ResponseModes.Query]);
        options.CodeChallengeMethods.IntersectWith([CodeChallengeMethods.Sha256]);
        options.ClientAuthenticationMethods.IntersectWith([ClientAuthenticationMethods.ClientSecretPost]);
        options.ClientAuthenticationMethods.Add(ClientAuthenticationMethods.ClientSecretBasic);
    }
}
