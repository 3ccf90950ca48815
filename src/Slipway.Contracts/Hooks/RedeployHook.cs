namespace Slipway.Contracts.Hooks;

/// <summary>The address by which git hosts start a redeployment.</summary>
/// <param name="Url">Post to it. Whoever knows it can redeploy; null until it is made.</param>
/// <param name="HasSecret">Whether calls must be signed with a secret, or carry it as GitLab does.</param>
public sealed record RedeployHook(string? Url, bool HasSecret);

/// <summary>The secret that the git host signs its calls with.</summary>
/// <param name="Secret">8 to 200 printable characters; without it calls need no signature any more.</param>
public sealed record ChangeHook(string? Secret = null);
