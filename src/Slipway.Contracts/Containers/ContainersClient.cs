using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Containers;

public sealed class ContainersClient(ApiConnection connection)
{
    /// <summary>The containers of a stack, or those of a server or a service.</summary>
    public Task<ApiList<Container>> ListAsync(
        string stackUid, string? serverUid = null, string? serviceName = null, int page = 1, CancellationToken cancellationToken = default) =>
        connection.GetListAsync<Container>(
            $"{Path(stackUid)}?page={page}&server_uid={Uri.EscapeDataString(serverUid ?? "")}&service_name={Uri.EscapeDataString(serviceName ?? "")}", cancellationToken);

    /// <summary>One container with what Docker says of it.</summary>
    public Task<Container> GetAsync(string stackUid, string uid, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Container>($"{Path(stackUid)}/{Uri.EscapeDataString(uid)}", cancellationToken);

    /// <summary>Stops and removes a container; its server has one less of its service from then on.</summary>
    public Task<StackAction> StopAsync(string stackUid, string uid, CancellationToken cancellationToken = default) =>
        connection.SendAsync<StackAction>(HttpMethod.Delete, $"{Path(stackUid)}/{Uri.EscapeDataString(uid)}", cancellationToken);

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/containers";
}
