namespace Slipway.Engine;

/// <summary>Something that the user can put right; the message says what is wrong, where, and what to do next.</summary>
public sealed class UserErrorException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether the same may succeed a moment later: a git host that did not answer, say.</summary>
    public bool IsTransient { get; init; }
}
