using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Engine;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Remote;

namespace Slipway.Server.Containers;

/// <summary>Docker's inspection of a container, with every key that clients of 2014 know: Docker has moved some since.</summary>
internal static class ContainerRuntime
{
    // Each engine leaves out some of them: those that it does not know any more, and those that a container has not set.
    private static readonly string[] Keys = ["Args", "Created", "Driver", "HostnamePath", "HostsPath", "Id", "Image", "MountLabel", "Name", "Path", "ProcessLabel", "ResolvConfPath"];

    private static readonly string[] ConfigKeys =
    [
        "AttachStderr", "AttachStdin", "AttachStdout", "Cmd", "Domainname", "Entrypoint", "Env", "Hostname", "Image", "OnBuild", "OpenStdin", "PortSpecs", "StdinOnce", "Tty",
        "User", "Volumes", "WorkingDir",
    ];

    private static readonly string[] HostKeys =
    [
        "Binds", "CapAdd", "CapDrop", "ContainerIDFile", "Devices", "Dns", "DnsSearch", "Links", "NetworkMode", "PortBindings", "Privileged", "PublishAllPorts", "RestartPolicy",
        "VolumesFrom",
    ];

    private static readonly string[] StateKeys = ["ExitCode", "FinishedAt", "Paused", "Pid", "Restarting", "Running", "StartedAt"];

    /// <summary>Asks the server for it; null when the container is not there any more.</summary>
    public static async Task<JsonObject?> ReadAsync(IRemoteHost host, string uid, EngineTimeouts timeouts, CancellationToken cancellationToken)
    {
        var (result, text) = await StackContainers.ReadAsync(
            host,
            new() { Name = "look at the container", Programs = [DockerQueries.Container(uid)], Deadline = timeouts.Query, IsRepeatable = true },
            cancellationToken);
        if (!result.IsSuccess)
            throw new UserErrorException(
                $"Docker on {host.Machine.Address} does not tell of the container just now. Try again in a moment; if that does not help, look at docker.service there. It says:\n{string.Join('\n', result.Tail)}");
        try
        {
            return JsonNode.Parse(text)?.AsArray().FirstOrDefault() is JsonObject container ? Complete(container) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new UserErrorException($"Docker on {host.Machine.Address} describes the container in a way that cannot be read: {exception.Message}", exception);
        }
    }

    public static JsonObject Complete(JsonObject container)
    {
        var (config, host, network) = (Part(container, "Config"), Part(container, "HostConfig"), Part(container, "NetworkSettings"));
        Add(config, "CpuShares", Copy(host, "CpuShares") ?? 0);
        Add(config, "Cpuset", Copy(host, "CpusetCpus") ?? "");
        Add(config, "Memory", Copy(host, "Memory") ?? 0);
        Add(config, "MemorySwap", Copy(host, "MemorySwap") ?? 0);
        Add(config, "NetworkDisabled", false);
        Add(config, "ExposedPorts", new JsonObject());
        Add(host, "LxcConf", new JsonArray());
        Add(container, "ExecDriver", Copy(host, "Runtime") ?? "");
        Add(container, "Volumes", Mounts(container, mount => Copy(mount, "Source")));
        Add(container, "VolumesRW", Mounts(container, mount => Copy(mount, "RW")));
        var first = (network["Networks"] as JsonObject)?.Select(pair => pair.Value).OfType<JsonObject>().FirstOrDefault();
        Add(network, "Bridge", "");
        foreach (var (name, empty) in new[] { ("Gateway", JsonValue.Create("")), ("IPAddress", JsonValue.Create("")), ("IPPrefixLen", JsonValue.Create(0)) })
            Fill(network, name, first is null ? empty : Copy(first, name));
        foreach (var (part, keys) in new[] { (container, Keys), (config, ConfigKeys), (host, HostKeys), (Part(container, "State"), StateKeys), (network, ["PortMapping", "Ports"]) })
            foreach (var key in keys)
                Add(part, key, null);
        return container;
    }

    private static JsonObject Part(JsonObject container, string name)
    {
        if (container[name] is not JsonObject part)
            container[name] = part = [];
        return part;
    }

    private static JsonObject Mounts(JsonObject container, Func<JsonObject, JsonNode?> value) => new(
        (container["Mounts"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(mount => mount["Destination"] is not null)
            .Select(mount => KeyValuePair.Create(mount["Destination"]!.ToString(), value(mount))));

    private static JsonNode? Copy(JsonObject from, string name) => from[name]?.DeepClone();

    // On a network of its own, a container has them there, and here an empty text or 0.
    private static void Fill(JsonObject part, string name, JsonNode? value)
    {
        if (part[name]?.ToString() is null or "" or "0")
            part[name] = value;
    }

    private static void Add(JsonObject part, string name, JsonNode? value)
    {
        if (!part.ContainsKey(name))
            part[name] = value;
    }
}
