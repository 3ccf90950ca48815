using Slipway.Contracts.Http;

namespace Slipway.Contracts.Accounts;

/// <summary>Who owns stacks and machines, and whose members work with them.</summary>
public sealed record Account
{
    public required int Id { get; init; }

    /// <summary>E-mail address of the owner.</summary>
    public required string Owner { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset CreatedAtIso => CreatedAt;

    public DateTimeOffset UpdatedAtIso => UpdatedAt;

    public required int StackCount { get; init; }

    public IReadOnlyList<string> UsedClouds { get; init; } = [];

    /// <summary>Whether requests without <c>X-Account</c> go to this account.</summary>
    public required bool CurrentAccount { get; init; }
}

public sealed class AccountsClient(ApiConnection connection)
{
    public Task<ApiList<Account>> ListAsync(int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Account>("accounts", page, cancellationToken);

    public Task<Account> GetAsync(int id, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Account>($"accounts/{id}", cancellationToken);
}
