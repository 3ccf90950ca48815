using System.Text.Json.Serialization;

namespace Slipway.Demo;

/// <summary>How to reach everything that the demo set up.</summary>
internal sealed record DemoSummary(string BaseUrl, string Email, string Password, string Token, string Stack, string AppUrl, string ServerAddress);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DemoSummary))]
internal sealed partial class DemoJson : JsonSerializerContext;
