using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Engine.Commands;

namespace Slipway.Engine.Git;

/// <summary>What one call of git over the network needs: a checked address, pinned, and the credentials.</summary>
internal sealed record GitConnection(IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string?> Environment);

/// <summary>The repository on its host, and how git is let through to it.</summary>
internal sealed class GitRemote(GitUrl url, Secret? deployKey, string privateDirectory, OutboundGuard guard, EngineTimeouts timeouts, TimeProvider time)
{
    private static readonly string[] ProxyVariables = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

    public GitUrl Url => url;

    public async Task<GitConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var addresses = await guard.CheckAsync(url.Host, cancellationToken);
        var address = await FirstAnsweringAsync(addresses, cancellationToken);
        return url.Scheme switch
        {
            GitScheme.Ssh => new GitConnection([], await new GitSsh(privateDirectory, timeouts).PrepareAsync(url, address, deployKey, cancellationToken)),
            // The git protocol has no way to pin an address: git looks the name up again after the check.
            GitScheme.Git => new GitConnection([], new Dictionary<string, string?>()),
            _ when IPAddress.TryParse(url.Host, out _) => new GitConnection([], Credentials()),
            _ => new GitConnection(GitCommands.Pin(url.Host, url.Port, [Bracketed(address)]), Credentials()),
        };
    }

    /// <summary>curl waits five minutes for a silent host and git:// for ever; asking first costs one round trip and gives a clear answer.</summary>
    private async Task<IPAddress> FirstAnsweringAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        if (url.Scheme is GitScheme.Http or GitScheme.Https && ProxyVariables.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }))
            return addresses[0];
        Exception? failure = null;
        foreach (var address in addresses)
        {
            using var timer = new CancellationTokenSource(timeouts.Connect, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            using var client = new TcpClient(address.AddressFamily);
            try
            {
                await client.ConnectAsync(address, url.Port, linked.Token);
                return address;
            }
            catch (SocketException exception)
            {
                failure = exception;
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                failure = exception;
            }
        }

        throw failure is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            ? GitFailure.Refused(url, failure)
            : GitFailure.Unreachable(url, failure);
    }

    /// <summary>A token goes by environment: argument lists are open to every user of the machine.</summary>
    private Dictionary<string, string?> Credentials()
    {
        if (url.Password is not { } password)
            return [];
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{url.User}:{password.Reveal()}"));
        return new Dictionary<string, string?>
        {
            ["GIT_CONFIG_COUNT"] = "1",
            ["GIT_CONFIG_KEY_0"] = "http.extraHeader",
            ["GIT_CONFIG_VALUE_0"] = $"Authorization: Basic {pair}",
        };
    }

    private static string Bracketed(IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
