using Slipway.Contracts.Http;
using Slipway.Contracts.Users;

namespace Slipway.Contracts.Setup;

/// <summary>Makes the first person and account, once, with the token of the link that the server printed at its first start.</summary>
/// <param name="SetupToken">The one-time token of the link.</param>
/// <param name="Email">E-mail address of the owner.</param>
/// <param name="Password">At least 12 characters.</param>
/// <param name="AccountName">What the account is called.</param>
public sealed record CompleteSetup(string SetupToken, string Email, string Password, string AccountName = "My account");

/// <summary>The owner that was made, with a first personal token of all scopes.</summary>
public sealed record SetupReply(User User, string Token);

public sealed class SetupClient(ApiConnection connection)
{
    public Task<SetupReply> CompleteAsync(CompleteSetup request, CancellationToken cancellationToken = default) =>
        connection.SendAsync<CompleteSetup, SetupReply>(HttpMethod.Post, "setup", request, cancellationToken);
}
