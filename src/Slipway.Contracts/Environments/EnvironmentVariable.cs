namespace Slipway.Contracts.Environments;

/// <summary>An environment variable of a stack.</summary>
public sealed record EnvironmentVariable
{
    public required int Id { get; init; }

    public required string Key { get; init; }

    public required string Value { get; init; }

    /// <summary>Whether it can neither be changed nor deleted.</summary>
    public required bool Readonly { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required bool IsPassword { get; init; }

    /// <summary>Whether Slipway made it; then it cannot be deleted.</summary>
    public required bool IsGenerated { get; init; }
}

/// <summary>A variable to be added.</summary>
/// <param name="Key">Letters, digits and underscores, not starting with a digit; at most 255 characters.</param>
/// <param name="Value">Any text without NUL, at most 64 KiB.</param>
public sealed record AddEnvironmentVariable(string Key, string Value);

public sealed record ChangeEnvironmentVariable(string Value);
