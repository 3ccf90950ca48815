namespace Slipway.Contracts.Http;

/// <summary>The reply to a request that was carried out and has nothing to show.</summary>
public sealed record OkReply(bool Ok, string Message);
