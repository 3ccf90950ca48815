using Slipway.Contracts.Http;
using Slipway.Contracts.Users;

namespace Slipway.Contracts.Accounts;

/// <summary>The people of an account and what they may do. All of it needs the scope users.</summary>
public sealed class MembersClient(ApiConnection connection)
{
    public Task<User> ChangeAsync(int account, int user, ChangeMember change, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ChangeMember, User>(HttpMethod.Put, $"accounts/{account}/members/{user}", change, cancellationToken);

    /// <summary>Takes a person out of the account, or lets the caller leave it.</summary>
    public Task<OkReply> RemoveAsync(int account, int user, CancellationToken cancellationToken = default) =>
        connection.SendAsync<OkReply>(HttpMethod.Delete, $"accounts/{account}/members/{user}", cancellationToken);

    public Task<User> SetRightAsync(int account, int user, string stack, int level, CancellationToken cancellationToken = default) =>
        connection.SendAsync<SetAccessRight, User>(
            HttpMethod.Put, $"accounts/{account}/members/{user}/access_rights/{stack}", new(level), cancellationToken);

    /// <summary>From now on the person's default level counts for the stack.</summary>
    public Task<User> ResetRightAsync(int account, int user, string stack, CancellationToken cancellationToken = default) =>
        connection.SendAsync<User>(HttpMethod.Delete, $"accounts/{account}/members/{user}/access_rights/{stack}", cancellationToken);

    public Task<ApiList<Invitation>> ListInvitationsAsync(int account, int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Invitation>($"accounts/{account}/invitations", page, cancellationToken);

    public Task<CreatedInvitation> InviteAsync(int account, Invite invite, CancellationToken cancellationToken = default) =>
        connection.SendAsync<Invite, CreatedInvitation>(HttpMethod.Post, $"accounts/{account}/invitations", invite, cancellationToken);

    public Task<OkReply> WithdrawAsync(int account, int invitation, CancellationToken cancellationToken = default) =>
        connection.SendAsync<OkReply>(HttpMethod.Delete, $"accounts/{account}/invitations/{invitation}", cancellationToken);

    /// <summary>Needs no token of the API: the link's own is enough.</summary>
    public Task<InvitationOffer> GetOfferAsync(string token, CancellationToken cancellationToken = default) =>
        connection.GetAsync<InvitationOffer>($"invitation?token={Uri.EscapeDataString(token)}", cancellationToken);

    public Task<OkReply> AcceptAsync(AcceptInvitation acceptance, CancellationToken cancellationToken = default) =>
        connection.SendAsync<AcceptInvitation, OkReply>(HttpMethod.Post, "invitation", acceptance, cancellationToken);
}
