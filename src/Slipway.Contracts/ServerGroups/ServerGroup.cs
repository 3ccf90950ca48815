using Slipway.Contracts.Http;

namespace Slipway.Contracts.ServerGroups;

/// <summary>The servers of one component: <c>Rails Server</c> of type <c>rails</c>, <c>PostgreSQL Server</c> of type <c>postgresql</c>.</summary>
public sealed record ServerGroup(int Id, string Name, string Type, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed class ServerGroupsClient(ApiConnection connection)
{
    public Task<ApiList<ServerGroup>> ListAsync(string stackUid, int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<ServerGroup>(Path(stackUid), page, cancellationToken);

    public Task<ServerGroup> GetAsync(string stackUid, int id, CancellationToken cancellationToken = default) =>
        connection.GetAsync<ServerGroup>($"{Path(stackUid)}/{id}", cancellationToken);

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/server_groups";
}
