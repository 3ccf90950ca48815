namespace Slipway.Contracts.Accounts;

/// <summary>A place in an account that waits for one person.</summary>
/// <param name="Id">Numeric id.</param>
/// <param name="Email">Whose place it is.</param>
/// <param name="CanCreateStack">Whether new stacks may be made.</param>
/// <param name="CanAdminUsers">Whether other members may be managed.</param>
/// <param name="DefaultPermissionLevel">Level on stacks: 0 none, 10 view, 20 deploy, 30 control, 40 shell, 50 delete, 60 admin.</param>
/// <param name="InvitedBy">E-mail address of who invited.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it can be accepted.</param>
public sealed record Invitation(
    int Id,
    string Email,
    bool CanCreateStack,
    bool CanAdminUsers,
    int DefaultPermissionLevel,
    string InvitedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt);

/// <summary>Somebody to be invited.</summary>
public sealed record Invite
{
    public required string Email { get; init; }

    public bool CanCreateStack { get; init; }

    public bool CanAdminUsers { get; init; }

    /// <summary>0 none, 10 view, 20 deploy, 30 control, 40 shell, 50 delete, 60 admin.</summary>
    public int DefaultPermissionLevel { get; init; } = 10;
}

/// <summary>A new invitation, with the link that is shown only now.</summary>
/// <param name="Invitation">The place.</param>
/// <param name="Url">The single-use link to hand to the person.</param>
/// <param name="MailSent">Whether Slipway sent the link by mail.</param>
public sealed record CreatedInvitation(Invitation Invitation, string Url, bool MailSent);

/// <summary>What the holder of a link may know of the invitation.</summary>
/// <param name="Account">Name of the account.</param>
/// <param name="Email">Who may accept it.</param>
/// <param name="InvitedBy">E-mail address of who invited.</param>
/// <param name="ExpiresAt">Until when it can be accepted.</param>
/// <param name="IsKnown">Whether the person can sign in already, and must do so to accept.</param>
public sealed record InvitationOffer(string Account, string Email, string InvitedBy, DateTimeOffset ExpiresAt, bool IsKnown);

/// <summary>The acceptance of an invitation.</summary>
/// <param name="Token">From the link.</param>
/// <param name="Password">For a person who is new here.</param>
public sealed record AcceptInvitation(string Token, string? Password = null);
