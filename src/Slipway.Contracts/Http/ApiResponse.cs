namespace Slipway.Contracts.Http;

/// <summary>The envelope of every single object.</summary>
public sealed record ApiResponse<T>(T Response);
