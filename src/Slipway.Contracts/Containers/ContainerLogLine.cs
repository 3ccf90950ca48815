using System.Text.Json.Serialization;

namespace Slipway.Contracts.Containers;

/// <summary>A line that a container printed.</summary>
/// <param name="Time">When Docker got it: RFC 3339, UTC, with nine digits of the second, so that times compare as texts.</param>
/// <param name="Server">Name of the server.</param>
/// <param name="Service">Name of the service.</param>
/// <param name="Container">Docker's identifier of the container.</param>
/// <param name="Text">The line without its end; at most 16,384 characters, longer ones come in pieces.</param>
public sealed record ContainerLogLine(string Time, string Server, string Service, string Container, string Text)
{
    /// <summary>Whether Slipway says here why lines of the container are missing; such a line comes last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsNotice { get; init; }
}
