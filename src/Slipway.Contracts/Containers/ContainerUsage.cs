namespace Slipway.Contracts.Containers;

/// <summary>What a container uses, as Docker measured it over about a second.</summary>
/// <param name="Uid">The container.</param>
/// <param name="ServiceName">Its service.</param>
/// <param name="ServerName">Its server.</param>
/// <param name="CpuPercent">Percent of one processor: 150 is one and a half.</param>
/// <param name="MemoryBytes">Memory in bytes, without what the kernel would give back.</param>
/// <param name="MemoryLimitBytes">How much it may use, in bytes: by default all of the server's.</param>
public sealed record ContainerUsage(string Uid, string ServiceName, string ServerName, double CpuPercent, long MemoryBytes, long MemoryLimitBytes);
