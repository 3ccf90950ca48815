using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Settings;

public sealed class SettingsClient(ApiConnection connection)
{
    public Task<ApiList<Setting>> ListAsync(string stackUid, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Setting>(Path(stackUid), 1, cancellationToken);

    public Task<Setting> GetAsync(string stackUid, string key, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Setting>($"{Path(stackUid)}/{Id(key)}", cancellationToken);

    public Task<StackAction> ChangeAsync(string stackUid, string key, string value, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ChangeSetting, StackAction>(HttpMethod.Put, $"{Path(stackUid)}/{Id(key)}", new(value), cancellationToken);

    public Task<ApiList<Setting>> ListOfServerAsync(string stackUid, string serverUid, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Setting>(Path(stackUid, serverUid), 1, cancellationToken);

    public Task<Setting> GetOfServerAsync(string stackUid, string serverUid, string key, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Setting>($"{Path(stackUid, serverUid)}/{Id(key)}", cancellationToken);

    public Task<StackAction> ChangeOfServerAsync(
        string stackUid, string serverUid, string key, string value, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ChangeSetting, StackAction>(HttpMethod.Put, $"{Path(stackUid, serverUid)}/{Id(key)}", new(value), cancellationToken);

    private static string Id(string key) => Uri.EscapeDataString(key.Replace('.', '-'));

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/settings";

    private static string Path(string stackUid, string serverUid) =>
        $"stacks/{Uri.EscapeDataString(stackUid)}/servers/{Uri.EscapeDataString(serverUid)}/settings";
}
