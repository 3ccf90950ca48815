using Slipway.Contracts.Http;

namespace Slipway.Contracts.Ping;

public sealed class PingClient(ApiConnection connection)
{
    /// <summary>Whether the server is there; needs no token.</summary>
    public Task<OkReply> TryServerAsync(CancellationToken cancellationToken = default) => connection.GetAsync<OkReply>("ping", cancellationToken);

    /// <summary>Whether the server takes the token.</summary>
    public Task<OkReply> TryTokenAsync(CancellationToken cancellationToken = default) => connection.GetAsync<OkReply>("ping/auth", cancellationToken);
}
