using Slipway.Contracts.Http;

namespace Slipway.Contracts.Tokens;

/// <summary>A personal access token, without the token itself, which is shown only once.</summary>
/// <param name="Id">Numeric id.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Scopes">public, redeploy, jobs, users, admin; separated by spaces.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastUsedAt">When it was last used, to the minute.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
public sealed record PersonalToken(
    int Id, string Name, string Scopes, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt);

/// <summary>A token to be made.</summary>
/// <param name="Name">1 to 60 characters.</param>
/// <param name="Scopes">Separated by spaces, + or commas; not more than the caller has.</param>
/// <param name="ExpiresAt">When it shall end by itself, at most ten years ahead; absent for never. A token's own token ends no later.</param>
public sealed record CreateToken(string Name, string Scopes, DateTimeOffset? ExpiresAt = null);

/// <summary>A new token: 64 lower-case hex characters that are never shown again.</summary>
public sealed record CreatedToken(int Id, string Name, string Scopes, string Token);

public sealed class TokensClient(ApiConnection connection)
{
    /// <summary>The caller's own tokens.</summary>
    public Task<ApiList<PersonalToken>> ListAsync(int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<PersonalToken>("tokens", page, cancellationToken);

    public Task<CreatedToken> CreateAsync(string name, string scopes, CancellationToken cancellationToken = default) =>
        CreateAsync(new(name, scopes), cancellationToken);

    public Task<CreatedToken> CreateAsync(CreateToken token, CancellationToken cancellationToken = default) =>
        connection.SendAsync<CreateToken, CreatedToken>(HttpMethod.Post, "tokens", token, cancellationToken);

    public Task<OkReply> RevokeAsync(int id, CancellationToken cancellationToken = default) =>
        connection.SendAsync<OkReply>(HttpMethod.Delete, $"tokens/{id}", cancellationToken);
}
