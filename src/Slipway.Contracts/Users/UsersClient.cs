using Slipway.Contracts.Http;

namespace Slipway.Contracts.Users;

public sealed class UsersClient(ApiConnection connection)
{
    public Task<ApiList<User>> ListAsync(int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<User>("users", page, cancellationToken);

    public Task<User> GetAsync(int id, CancellationToken cancellationToken = default) =>
        connection.GetAsync<User>($"users/{id}", cancellationToken);

    /// <summary>The person whose token or session this is. Needs no scope.</summary>
    public Task<User> GetMeAsync(CancellationToken cancellationToken = default) =>
        connection.GetAsync<User>("users/me", cancellationToken);

    /// <summary>The people of one account.</summary>
    public Task<ApiList<User>> ListOfAccountAsync(int account, int page = 1, CancellationToken cancellationToken = default) =>
        connection.GetListAsync<User>($"users?page={page}&account={account}", cancellationToken);

    public Task<Device> AddDeviceAsync(int user, SaveDevice device, CancellationToken cancellationToken = default) =>
        connection.SendAsync<SaveDevice, Device>(HttpMethod.Post, $"users/{user}/devices", device, cancellationToken);

    public Task<Device> ChangeDeviceAsync(int user, SaveDevice device, CancellationToken cancellationToken = default) =>
        connection.SendAsync<SaveDevice, Device>(HttpMethod.Put, $"users/{user}/devices", device, cancellationToken);

    /// <summary>The same, with the device named in the path.</summary>
    public Task<Device> ChangeDeviceAsync(int user, string token, SaveDevice device, CancellationToken cancellationToken = default) =>
        connection.SendAsync<SaveDevice, Device>(HttpMethod.Put, $"users/{user}/devices/{Uri.EscapeDataString(token)}", device, cancellationToken);

    public Task<OkReply> RemoveDeviceAsync(int user, string token, CancellationToken cancellationToken = default) =>
        connection.SendAsync<OkReply>(HttpMethod.Delete, $"users/{user}/devices/{Uri.EscapeDataString(token)}", cancellationToken);

    /// <summary>Keeps a person out: neither sign-in nor tokens work until they are unlocked.</summary>
    public Task<User> LockAsync(int user, CancellationToken cancellationToken = default) =>
        connection.SendAsync<User>(HttpMethod.Put, $"users/{user}/lock", cancellationToken);

    public Task<User> UnlockAsync(int user, CancellationToken cancellationToken = default) =>
        connection.SendAsync<User>(HttpMethod.Delete, $"users/{user}/lock", cancellationToken);
}
