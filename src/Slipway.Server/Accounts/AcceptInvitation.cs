using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;
using Request = Slipway.Contracts.Accounts.AcceptInvitation;

namespace Slipway.Server.Accounts;

/// <summary>Takes the place that an invitation offers: somebody new with a password, somebody known as who they are.</summary>
internal sealed class AcceptInvitation(AppDb db, Caller caller, Origin origin, UserManager<User> people, Identities identities, TimeProvider time)
{
    public static async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Handle(
        ApiParameters parameters, AcceptInvitation accept, CancellationToken cancellationToken)
    {
        var request = parameters.Read<Request>();
        var (user, account, problem) = await accept.RunAsync(request, cancellationToken);
        if (user is null)
            return problem!;
        accept.ForgetOld(user);
        return Api.Ok(new OkReply(true, $"You are a member of {account} now."));
    }

    private Task<(User? User, string? Account, ApiProblem? Problem)> RunAsync(Request request, CancellationToken cancellationToken) =>
        db.WriteAsync(cancel => StoreAsync(request, cancel), cancellationToken);

    private void ForgetOld(User user) => identities.ForgetUser(user.Id);

    private async Task<(User? User, string? Account, ApiProblem? Problem)> StoreAsync(Request request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await OpenInvitation.FindAsync(db, request.Token, now, cancellationToken) is not { } invitation)
            return (null, null, ApiProblem.NotFound(OpenInvitation.Gone));
        if (invitation.Account!.SuspendedAt is not null)
            return (null, null, ApiProblem.Suspended(invitation.Account.SuspendedFor ?? Account.NoReason));
        var user = await db.Users.FirstOrDefaultAsync(user => user.NormalizedEmail == invitation.NormalizedEmail, cancellationToken);
        var problem = RefuseCaller(user, invitation);
        if (problem is null && user is null)
            (user, problem) = await MakeAsync(invitation, request.Password, now);
        if (problem is not null)
            return (null, null, problem);
        db.Memberships.Add(new()
        {
            AccountId = invitation.AccountId,
            User = user,
            Role = Membership.Member,
            CanCreateStack = invitation.CanCreateStack,
            CanAdminUsers = invitation.CanAdminUsers,
            DefaultLevel = invitation.DefaultLevel,
        });
        db.Invitations.Remove(invitation);
        return (user, invitation.Account.Name, null);
    }

    private ApiProblem? RefuseCaller(User? user, Invitation invitation)
    {
        if (caller.IsKnown)
        {
            if (caller.UserId != user?.Id)
                return ApiProblem.Forbidden($"The invitation is for {invitation.Email}, and you are {caller.Email}.");
            return caller.Has(Scopes.Users) ? null : ApiProblem.Forbidden("This needs a token with the scope users.");
        }
        return user is null ? null : ApiProblem.Conflict($"{invitation.Email} has a sign-in here already. Sign in with it, then open the link again.");
    }

    private async Task<(User? User, ApiProblem? Problem)> MakeAsync(Invitation invitation, string? password, DateTimeOffset now)
    {
        if (password is null)
            return (null, ApiProblem.BadRequest("password is missing. Choose one for your sign-in."));
        var user = new User
        {
            UserName = invitation.Email,
            Email = invitation.Email,
            PrimaryAccountId = invitation.AccountId,
            CreatedAt = now,
            UpdatedAt = now,
        };
        origin.SignedIn(user);
        var result = await people.CreateAsync(user, password);
        return result.Succeeded
            ? (user, null)
            : (null, ApiProblem.BadRequest("password: " + string.Join(' ', result.Errors.Select(error => error.Description))));
    }
}
