using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Processes;

public sealed class ProcessesClient(ApiConnection connection)
{
    public Task<ApiList<Process>> ListAsync(string stackUid, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Process>(Path(stackUid), 1, cancellationToken);

    public Task<Process> GetAsync(string stackUid, string name, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Process>($"{Path(stackUid)}/{Uri.EscapeDataString(name)}", cancellationToken);

    /// <summary>Starts and stops processes until each named server has as many as wanted. It lasts over deployments and reboots.</summary>
    public Task<StackAction> ScaleAsync(
        string stackUid, string name, IReadOnlyDictionary<string, int> countByServerUid, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ScaleProcess, StackAction>(HttpMethod.Post, Path(stackUid), new(name, countByServerUid), cancellationToken);

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/processes";
}
