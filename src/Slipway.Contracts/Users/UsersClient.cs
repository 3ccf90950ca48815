using Slipway.Contracts.Http;

namespace Slipway.Contracts.Users;

public sealed class UsersClient(ApiConnection connection)
{
    public Task<ApiList<User>> ListAsync(int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<User>("users", page, cancellationToken);

    public Task<User> GetAsync(int id, CancellationToken cancellationToken = default) =>
        connection.GetAsync<User>($"users/{id}", cancellationToken);

    /// <summary>The person whose token or session this is. Needs no scope.</summary>
    public Task<User> GetMeAsync(CancellationToken cancellationToken = default) =>
        connection.GetAsync<User>("users/me", cancellationToken);
}
