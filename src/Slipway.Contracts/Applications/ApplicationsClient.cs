using Slipway.Contracts.Http;

namespace Slipway.Contracts.Applications;

/// <summary>Applications that the caller's account has registered.</summary>
public sealed class ApplicationsClient(ApiConnection connection)
{
    public Task<ApiList<Application>> ListAsync(int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Application>("applications", page, cancellationToken);

    public Task<Application> GetAsync(int id, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Application>($"applications/{id}", cancellationToken);

    public Task<ApplicationSecret> RegisterAsync(RegisterApplication application, CancellationToken cancellationToken = default) =>
        connection.SendAsync<RegisterApplication, ApplicationSecret>(HttpMethod.Post, "applications", application, cancellationToken);

    public Task<Application> ChangeAsync(int id, ChangeApplication change, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ChangeApplication, Application>(HttpMethod.Put, $"applications/{id}", change, cancellationToken);

    /// <summary>Makes a new secret. The old one stops working at once; tokens stay valid.</summary>
    public Task<ApplicationSecret> RenewSecretAsync(int id, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ApplicationSecret>(HttpMethod.Post, $"applications/{id}/secret", cancellationToken);

    /// <summary>Removes the application and revokes all its tokens.</summary>
    public Task<OkReply> DeleteAsync(int id, CancellationToken cancellationToken = default) =>
        connection.SendAsync<OkReply>(HttpMethod.Delete, $"applications/{id}", cancellationToken);
}

/// <summary>Applications that may act for the caller.</summary>
public sealed class AuthorizedApplicationsClient(ApiConnection connection)
{
    public Task<ApiList<AuthorizedApplication>> ListAsync(int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<AuthorizedApplication>("authorized_applications", page, cancellationToken);

    /// <summary>Revokes all that the application holds of the caller, and forgets that the caller agreed.</summary>
    public Task<OkReply> RevokeAsync(int id, CancellationToken cancellationToken = default) =>
        connection.SendAsync<OkReply>(HttpMethod.Delete, $"authorized_applications/{id}", cancellationToken);
}
