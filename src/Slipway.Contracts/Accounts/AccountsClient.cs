using Slipway.Contracts.Http;

namespace Slipway.Contracts.Accounts;

public sealed class AccountsClient(ApiConnection connection)
{
    public Task<ApiList<Account>> ListAsync(int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Account>("accounts", page, cancellationToken);

    public Task<Account> GetAsync(int id, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Account>($"accounts/{id}", cancellationToken);

    /// <summary>The account with the machines of its clouds that are in no stack.</summary>
    public Task<Account> GetWithServersAsync(int id, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Account>($"accounts/{id}?include_servers=true", cancellationToken);

    public Task<Account> CreateAsync(string name, CancellationToken cancellationToken = default) =>
        connection.SendAsync<NameAccount, Account>(HttpMethod.Post, "accounts", new(name), cancellationToken);

    public Task<Account> RenameAsync(int id, string name, CancellationToken cancellationToken = default) =>
        connection.SendAsync<NameAccount, Account>(HttpMethod.Put, $"accounts/{id}", new(name), cancellationToken);

    /// <summary>Makes another member the owner; the caller stays as a member.</summary>
    public Task<Account> TransferAsync(int id, int user, CancellationToken cancellationToken = default) =>
        connection.SendAsync<TransferAccount, Account>(HttpMethod.Post, $"accounts/{id}/owner", new(user), cancellationToken);
}
