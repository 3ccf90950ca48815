namespace Slipway.Demo;

/// <summary>What the demo was asked for.</summary>
/// <param name="Once">Go through to the end by itself.</param>
/// <param name="Summary">Where to write how to reach everything; null for nowhere.</param>
/// <param name="Port">Port of Slipway on 127.0.0.1.</param>
internal sealed record DemoOptions(bool Once, FileInfo? Summary, int Port);
