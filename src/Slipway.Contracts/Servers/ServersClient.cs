using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;

namespace Slipway.Contracts.Servers;

public sealed class ServersClient(ApiConnection connection)
{
    public Task<ApiList<Server>> ListAsync(string stackUid, int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Server>(Path(stackUid), page, cancellationToken);

    public Task<Server> GetAsync(string stackUid, string uid, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Server>($"{Path(stackUid)}/{Uri.EscapeDataString(uid)}", cancellationToken);

    /// <summary>Enrols a machine and gives it a place in the stack.</summary>
    public Task<Server> AddAsync(string stackUid, AddServer request, CancellationToken cancellationToken = default) =>
        connection.SendAsync<AddServer, Server>(HttpMethod.Post, Path(stackUid), request, cancellationToken);

    /// <summary>The server with the private key that Slipway made for the stack, in <see cref="Server.SshPrivateKey"/>.</summary>
    public Task<Server> GetWithPrivateKeyAsync(string stackUid, string uid, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Server>($"{Path(stackUid)}/{Uri.EscapeDataString(uid)}?include_private_key=1", cancellationToken);

    /// <summary>Takes a server that holds no data of the stack's databases out of the stack, and removes the stack from it.</summary>
    public Task<StackAction> RemoveAsync(string stackUid, string uid, bool force = false, CancellationToken cancellationToken = default) =>
        connection.SendAsync<Removal, StackAction>(
            HttpMethod.Delete, $"{Path(stackUid)}/{Uri.EscapeDataString(uid)}", new(Force: force), cancellationToken);

    /// <summary>Takes the machine on again after it was made anew.</summary>
    public Task<Server> RepinAsync(string stackUid, string uid, RepinHostKey request, CancellationToken cancellationToken = default) =>
        connection.SendAsync<RepinHostKey, Server>(HttpMethod.Put, $"{Path(stackUid)}/{Uri.EscapeDataString(uid)}/host_key", request, cancellationToken);

    /// <summary>Asks a machine for its host key, so that a person can compare it before it is pinned.</summary>
    public Task<HostKey> GetHostKeyAsync(string address, int port = 22, CancellationToken cancellationToken = default) =>
        connection.GetAsync<HostKey>($"host_key?address={Uri.EscapeDataString(address)}&port={port}", cancellationToken);

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/servers";
}
