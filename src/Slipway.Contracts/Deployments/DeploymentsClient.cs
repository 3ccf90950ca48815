using Slipway.Contracts.Http;

namespace Slipway.Contracts.Deployments;

public sealed class DeploymentsClient(ApiConnection connection)
{
    public Task<ApiList<Deployment>> ListAsync(string stackUid, int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Deployment>(Path(stackUid), page, cancellationToken);

    public Task<Deployment> GetAsync(string stackUid, int id, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Deployment>($"{Path(stackUid)}/{id}", cancellationToken);

    public Task<RedeployReply> RedeployAsync(string stackUid, string? gitRef = null, CancellationToken cancellationToken = default) =>
        connection.SendAsync<Redeploy, RedeployReply>(HttpMethod.Post, Path(stackUid), new(gitRef), cancellationToken);

    public Task<OkReply> CancelAsync(string stackUid, int id, CancellationToken cancellationToken = default) =>
        connection.SendAsync<OkReply>(HttpMethod.Delete, $"{Path(stackUid)}/{id}", cancellationToken);

    /// <summary>Puts an earlier deployment's release back in service, without a build.</summary>
    public Task<RedeployReply> RollbackAsync(string stackUid, int id, CancellationToken cancellationToken = default) =>
        connection.SendAsync<RedeployReply>(HttpMethod.Post, $"{Path(stackUid)}/{id}/rollback", cancellationToken);

    private static string Path(string stackUid) => $"stacks/{Uri.EscapeDataString(stackUid)}/deployments";
}
