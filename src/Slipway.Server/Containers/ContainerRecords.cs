using System.Text.Json;
using Slipway.Contracts.Stacks;
using Record = Slipway.Contracts.Containers.Container;

namespace Slipway.Server.Containers;

/// <summary>Containers as the API shows them.</summary>
internal static class ContainerRecords
{
    /// <summary>The record of a row that was read with its server.</summary>
    public static Record From(Container row, ContainerSights sights)
    {
        var (health, message, startedAt) = sights.Of(row);
        return From(row) with { HealthState = health, HealthMessage = message, StartedAt = startedAt };
    }

    private static Record From(Container row) => new()
    {
        Uid = row.Uid,
        ServerUid = row.Server!.Uid,
        ServerName = row.Server.Name,
        ServiceName = row.ServiceName,
        Image = row.Image,
        PortList = JsonSerializer.Serialize(row.PortList.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        Command = row.Command,
        StartedAt = row.StartedAt,
        HealthState = StackHealth.Unknown,
        HealthMessage = "",
        WebPorts = row.WebPorts,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
