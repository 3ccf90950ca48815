using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Engine.Commands.Docker;

/// <summary>The Docker Engine's own settings.</summary>
internal static class DockerConfig
{
    public const string Path = "/etc/docker/daemon.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// The settings with what Slipway needs in them: logs that cannot fill the disk, and containers that outlive a restart of the engine. What
    /// somebody has set stays.
    /// </summary>
    /// <exception cref="UserErrorException">The file cannot be read, or has the engine listen where everybody can reach it.</exception>
    public static string With(string? present)
    {
        JsonObject settings;
        try
        {
            settings = string.IsNullOrWhiteSpace(present) ? [] : JsonNode.Parse(present) as JsonObject ?? throw new JsonException("It is no JSON object.");
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"{Path} cannot be read: {exception.Message} Correct or remove it, then deploy again.", exception);
        }
        if (settings["hosts"] is JsonArray hosts && hosts.Any(host => host is not null && DockerHosts.IsOpen(host.ToString())))
            throw new UserErrorException($"{Path} has Docker listen on TCP, which gives everybody who reaches it the whole machine. Remove \"hosts\" there, then deploy again.");
        if (settings["log-driver"] is null && settings["log-opts"] is null)
        {
            settings["log-driver"] = "json-file";
            settings["log-opts"] = new JsonObject { ["max-size"] = "10m", ["max-file"] = "3" };
        }
        settings["live-restore"] ??= true;
        return settings.ToJsonString(Indented) + "\n";
    }

    /// <summary>Whether containers outlive the engine by these settings, as <see cref="With"/> gives them.</summary>
    public static bool KeepsContainers(string settings) => (bool?)JsonNode.Parse(settings)!["live-restore"] == true;
}
