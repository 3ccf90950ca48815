namespace Slipway.Engine.Terminals;

/// <summary>How a shell in a container ended.</summary>
/// <param name="ExitCode">Its exit code; null when Docker does not know it.</param>
/// <param name="IsContainerGone">Whether its container ended, and the shell with it.</param>
public sealed record ShellEnd(int? ExitCode, bool IsContainerGone);
