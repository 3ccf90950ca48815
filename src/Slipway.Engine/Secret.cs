namespace Slipway.Engine;

/// <summary>A value that must never be shown: it prints as redacted in logs, transcripts and exceptions alike.</summary>
public sealed class Secret(string value) : IEquatable<Secret>
{
    public const string Redacted = "[redacted]";

    /// <summary>Gives the value itself. Call it only where the value leaves for where it belongs.</summary>
    public string Reveal() => value;

    public override string ToString() => Redacted;

    public bool Equals(Secret? other) => other is not null && other.Reveal() == value;

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);
}
