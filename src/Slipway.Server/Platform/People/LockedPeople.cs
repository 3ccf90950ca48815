using Microsoft.AspNetCore.Identity;
using Slipway.Server.Users;

namespace Slipway.Server.Platform.People;

/// <summary>Keeps those from signing in whom an administrator has locked: Identity asks for a confirmation before each sign-in.</summary>
internal sealed class LockedPeople : IUserConfirmation<User>
{
    public Task<bool> IsConfirmedAsync(UserManager<User> manager, User user) => Task.FromResult(user.LockedAt is null);
}
