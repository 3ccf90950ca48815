namespace Slipway.Contracts.Stacks;

/// <summary>What of a stack can be changed beside its settings.</summary>
/// <param name="Name">Its new name. Host names follow; directories, users and databases on the servers keep theirs.</param>
public sealed record ChangeStack(string Name);

/// <summary>How thoroughly something is removed from servers.</summary>
/// <param name="DeleteData">Whether databases and uploaded files go too; by default they stay on the servers.</param>
/// <param name="Force">Whether machines that cannot be reached are left as they are; by default that is a failure, and nothing is forgotten.</param>
public sealed record Removal(bool DeleteData = false, bool Force = false);
