using System.Text.Json.Serialization;

namespace Slipway.Contracts.Stacks;

/// <summary>The definition of containers that comes with a stack.</summary>
/// <param name="Text">As services.yml would have it, up to 256 KB. Empty to use the repository's own.</param>
public sealed record ServiceYaml([property: JsonPropertyName("service_yaml")] string Text);
