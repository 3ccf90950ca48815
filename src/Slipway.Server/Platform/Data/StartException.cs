namespace Slipway.Server.Platform.Data;

/// <summary>Why the server does not start, in words for the person who starts it.</summary>
internal sealed class StartException(string message, Exception? innerException = null) : Exception(message, innerException);
