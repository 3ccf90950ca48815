using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Setup;
using Slipway.Server.Accounts;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;
using Slipway.Server.Tokens;
using Slipway.Server.Users;
using Request = Slipway.Contracts.Setup.CompleteSetup;

namespace Slipway.Server.Setup;

/// <summary>Makes the first person, account and token, for whoever has the link from the console. Works once.</summary>
internal static class CompleteSetup
{
    private const int MaxAccountName = 100;

    public static async Task<Results<Ok<ApiResponse<SetupReply>>, ApiProblem>> Handle(
        ApiParameters parameters, AppDb db, SecretBox secrets, UserManager<User> people, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = parameters.Read<Request>();
        if (request.AccountName.Trim() is not { Length: > 0 and <= MaxAccountName })
            return ApiProblem.BadRequest($"account_name must have 1 to {MaxAccountName} characters.");
        return await db.WriteAsync(cancel => MakeAsync(request, db, secrets, people, time.GetUtcNow(), cancel), cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<SetupReply>>, ApiProblem>> MakeAsync(
        Request request, AppDb db, SecretBox secrets, UserManager<User> people, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.Users.AnyAsync(cancellationToken))
            return ApiProblem.Conflict("Slipway was set up before. Sign in instead.");
        var stored = await db.Installation.FirstOrDefaultAsync(value => value.Name == InstallationValue.SetupToken, cancellationToken);
        if (stored is null || !OpaqueToken.IsMatch(request.SetupToken, OpaqueToken.Hash(secrets.Open(stored.Value).Reveal())))
            return ApiProblem.Forbidden("The setup token is not the one that the server printed at its start.");

        var user = new User { UserName = request.Email, Email = request.Email, CreatedAt = now, UpdatedAt = now };
        var result = await people.CreateAsync(user, request.Password);
        if (!result.Succeeded)
            return ApiProblem.BadRequest(string.Join(' ', result.Errors.Select(error => error.Description)));

        var account = new Account { Name = request.AccountName.Trim(), Owner = user, CreatedAt = now, UpdatedAt = now };
        account.Memberships.Add(Membership.OfOwner(user));
        db.Accounts.Add(account);
        db.Installation.Remove(stored);
        var token = NewToken.For(user, "Setup", Scopes.All, now);
        db.AccessTokens.Add(token.Row);
        await db.SaveChangesAsync(cancellationToken);
        user.PrimaryAccountId = account.Id;
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(new SetupReply(UserRecords.From(user), token.Text));
    }
}
