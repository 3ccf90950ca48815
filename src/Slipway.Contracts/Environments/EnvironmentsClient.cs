using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Environments;

public sealed class EnvironmentsClient(ApiConnection connection)
{
    public Task<ApiList<EnvironmentVariable>> ListAsync(string stackUid, int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<EnvironmentVariable>(Path(stackUid), page, cancellationToken);

    /// <param name="stackUid">The stack.</param>
    /// <param name="idOrKey">The variable's id or its key.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<EnvironmentVariable> GetAsync(string stackUid, string idOrKey, CancellationToken cancellationToken = default) =>
        connection.GetAsync<EnvironmentVariable>($"{Path(stackUid)}/{Uri.EscapeDataString(idOrKey)}", cancellationToken);

    public Task<StackAction> AddAsync(string stackUid, string key, string value, CancellationToken cancellationToken = default) =>
        connection.SendAsync<AddEnvironmentVariable, StackAction>(HttpMethod.Post, Path(stackUid), new(key, value), cancellationToken);

    public Task<StackAction> ChangeAsync(string stackUid, string key, string value, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ChangeEnvironmentVariable, StackAction>(
            HttpMethod.Put, $"{Path(stackUid)}/{Uri.EscapeDataString(key)}", new(value), cancellationToken);

    public Task<StackAction> DeleteAsync(string stackUid, string key, CancellationToken cancellationToken = default) =>
        connection.SendAsync<StackAction>(HttpMethod.Delete, $"{Path(stackUid)}/{Uri.EscapeDataString(key)}", cancellationToken);

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/environments";
}
