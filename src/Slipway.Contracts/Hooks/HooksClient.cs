namespace Slipway.Contracts.Hooks;

public sealed class HooksClient(ApiConnection connection)
{
    public Task<RedeployHook> GetAsync(string stackUid, CancellationToken cancellationToken = default) =>
        connection.GetAsync<RedeployHook>(Path(stackUid), cancellationToken);

    /// <summary>Gives the hook a new address; the old one is not known any more.</summary>
    public Task<RedeployHook> RenewAsync(string stackUid, CancellationToken cancellationToken = default) =>
        connection.SendAsync<RedeployHook>(HttpMethod.Post, Path(stackUid), cancellationToken);

    /// <summary>Sets the secret of the hook, or with null takes it away.</summary>
    public Task<RedeployHook> SetSecretAsync(string stackUid, string? secret, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ChangeHook, RedeployHook>(HttpMethod.Put, Path(stackUid), new(secret), cancellationToken);

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/redeploy_hook";
}
