namespace Slipway.Server.Platform.Http;

/// <summary>Work in the middle of which it shows that the request does not fit what is there; the client gets it as a conflict.</summary>
internal sealed class ConflictException(string message) : Exception(message);
