using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using Slipway.Server.Applications;
using Slipway.Server.Platform.Auth;

namespace Slipway.Server.OAuth;

/// <summary>Secrets of applications are as long as tokens, so they are kept in the same way; a slow hash is for what people think up.</summary>
internal sealed class ApplicationSecrets(
    IOpenIddictApplicationCache<Application> cache,
    ILogger<OpenIddictApplicationManager<Application>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictApplicationStore<Application> store) : OpenIddictApplicationManager<Application>(cache, logger, options, store)
{
    protected override ValueTask<string> ObfuscateClientSecretAsync(string secret, CancellationToken cancellationToken) => new(OpaqueToken.Hash(secret));

    protected override ValueTask<bool> ValidateClientSecretAsync(string secret, string comparand, CancellationToken cancellationToken) =>
        new(OpaqueToken.IsMatch(secret, comparand));
}
