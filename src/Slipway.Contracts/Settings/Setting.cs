using System.Text.Json.Nodes;

namespace Slipway.Contracts.Settings;

/// <summary>A setting of a stack or of a server.</summary>
public sealed record Setting
{
    /// <summary>The key with dashes for dots, as it stands in addresses. Keys with dots are understood there too.</summary>
    public required string Id { get; init; }

    public required string Key { get; init; }

    /// <summary>A text, true or false, or null.</summary>
    public JsonNode? Value { get; init; }

    public required bool Readonly { get; init; }

    /// <summary>What to know before changing it; empty when there is nothing.</summary>
    public required string WarningText { get; init; }
}

/// <summary>A setting's new value.</summary>
/// <param name="Value">As text; for settings that are true or false also 1, on, enable and 0, off, disable.</param>
public sealed record ChangeSetting(string Value);
