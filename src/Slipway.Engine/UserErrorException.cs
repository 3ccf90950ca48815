namespace Slipway.Engine;

/// <summary>Something that the user can put right; the message says what is wrong, where, and what to do next.</summary>
public sealed class UserErrorException(string message, Exception? innerException = null)
    : Exception(message, innerException);
