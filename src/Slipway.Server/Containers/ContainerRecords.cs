using System.Text.Json;
using Record = Slipway.Contracts.Containers.Container;

namespace Slipway.Server.Containers;

/// <summary>Containers as the API shows them.</summary>
internal static class ContainerRecords
{
    /// <summary>The record of a row that was read with its server.</summary>
    public static Record From(Container row) => new()
    {
        Uid = row.Uid,
        ServerUid = row.Server!.Uid,
        ServerName = row.Server.Name,
        ServiceName = row.ServiceName,
        Image = row.Image,
        PortList = JsonSerializer.Serialize(row.PortList.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        Command = row.Command,
        StartedAt = row.StartedAt,
        WebPorts = row.WebPorts,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
