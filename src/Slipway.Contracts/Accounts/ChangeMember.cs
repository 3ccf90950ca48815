namespace Slipway.Contracts.Accounts;

/// <summary>An account to be made, or the new name of one.</summary>
/// <param name="Name">1 to 60 printable characters.</param>
public sealed record NameAccount(string Name);

/// <summary>What is to change in a person's place in an account; what is absent stays.</summary>
public sealed record ChangeMember
{
    /// <summary>owner or member.</summary>
    public string? Role { get; init; }

    public bool? CanCreateStack { get; init; }

    public bool? CanAdminUsers { get; init; }

    /// <summary>0 none, 10 view, 20 deploy, 30 control, 40 shell, 50 delete, 60 admin.</summary>
    public int? DefaultPermissionLevel { get; init; }
}

/// <summary>A person's level on one stack.</summary>
/// <param name="Level">0 none, 10 view, 20 deploy, 30 control, 40 shell, 50 delete, 60 admin.</param>
public sealed record SetAccessRight(int Level);

/// <summary>Who is to own the account from now on.</summary>
/// <param name="UserId">A member of the account.</param>
public sealed record TransferAccount(int UserId);
