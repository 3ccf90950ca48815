using System.Net;
using System.Text;

namespace Slipway.Engine.Git;

/// <summary>Writes what OpenSSH needs into the mirror's private folder and gives git's environment for it.</summary>
internal sealed class GitSsh(string privateDirectory, EngineTimeouts timeouts)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string ConfigVariable = "SLIPWAY_SSH_CONFIG";

    /// <summary>GIT_SSH names a program and takes no arguments, hence a script; it is constant, so nothing needs quoting in it.</summary>
    private const string Wrapper = $"#!/bin/sh\nexec ssh -F \"${ConfigVariable}\" \"$@\"\n";

    private readonly string _directory = Path.Combine(privateDirectory, "ssh");

    public async Task<IReadOnlyDictionary<string, string?>> PrepareAsync(
        GitUrl url, IPAddress address, Secret? deployKey, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_directory, OwnerOnly | UnixFileMode.UserExecute);
        var wrapper = Path.Combine(_directory, "ssh");
        if (!File.Exists(wrapper))
            await WriteAsync(wrapper, Wrapper, OwnerOnly | UnixFileMode.UserExecute, cancellationToken);
        var key = Path.Combine(_directory, "deploy-key");
        if (deployKey is not null)
            await WriteAsync(key, deployKey.Reveal().TrimEnd() + "\n", OwnerOnly, cancellationToken);
        else
            File.Delete(key);
        var config = Path.Combine(_directory, "config");
        await WriteAsync(config, Config(url, address, deployKey is null ? "none" : key), OwnerOnly, cancellationToken);
        return new Dictionary<string, string?>
        {
            ["GIT_SSH"] = wrapper,
            ["GIT_SSH_VARIANT"] = "ssh",
            [ConfigVariable] = config,
        };
    }

    public static void ForgetHostKey(string privateDirectory)
    {
        var known = Path.Combine(privateDirectory, "ssh", "known_hosts");
        if (File.Exists(known))
            File.Delete(known);
    }

    internal string Config(GitUrl url, IPAddress address, string identity)
    {
        var alias = url.Port == 22 ? url.Host : $"[{url.Host}]:{url.Port}";
        return $"""
            Host *
            HostName {address}
            HostKeyAlias {alias}
            IdentityFile {Quoted(identity)}
            IdentitiesOnly yes
            IdentityAgent none
            BatchMode yes
            PreferredAuthentications publickey
            StrictHostKeyChecking accept-new
            UserKnownHostsFile {Quoted(Path.Combine(_directory, "known_hosts"))}
            GlobalKnownHostsFile /dev/null
            ConnectTimeout {timeouts.Connect.TotalSeconds:0}
            ServerAliveInterval {timeouts.KeepAlive.TotalSeconds:0}
            ServerAliveCountMax 3
            ForwardAgent no
            ClearAllForwardings yes
            UpdateHostKeys no
            LogLevel ERROR

            """;
    }

    /// <summary>ssh expands % in file names.</summary>
    private static string Quoted(string path) => path is "none" ? path : $"\"{path.Replace("%", "%%", StringComparison.Ordinal)}\"";

    /// <summary>By rename, so that a running ssh never reads half a file and a kill leaves the old one.</summary>
    private static async Task WriteAsync(string path, string text, UnixFileMode mode, CancellationToken cancellationToken)
    {
        var incoming = path + ".new";
        File.Delete(incoming);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode };
        await using (var stream = new FileStream(incoming, options))
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        File.Move(incoming, path, overwrite: true);
    }
}
