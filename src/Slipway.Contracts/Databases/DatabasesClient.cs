using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Databases;

public sealed class DatabasesClient(ApiConnection connection)
{
    public Task<ApiList<Database>> ListAsync(string stackUid, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Database>(Path(stackUid), 1, cancellationToken);

    /// <summary>Lets the stack use a database that Slipway does not run.</summary>
    public Task<StackAction> AddAsync(string stackUid, AddDatabase request, CancellationToken cancellationToken = default) =>
        connection.SendAsync<AddDatabase, StackAction>(HttpMethod.Post, Path(stackUid), request, cancellationToken);

    public Task<StackAction> ChangeAsync(string stackUid, int id, ChangeDatabase request, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ChangeDatabase, StackAction>(HttpMethod.Put, $"{Path(stackUid)}/{id}", request, cancellationToken);

    /// <summary>Forgets an external database; nothing is done to it.</summary>
    public Task<StackAction> RemoveAsync(string stackUid, int id, CancellationToken cancellationToken = default) =>
        connection.SendAsync<StackAction>(HttpMethod.Delete, $"{Path(stackUid)}/{id}", cancellationToken);

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/databases";
}
