namespace Slipway.Contracts.Http;

/// <summary>A number with its name, like the outcome of a deployment.</summary>
public sealed record CodedValue(int Code, string Meaning);
