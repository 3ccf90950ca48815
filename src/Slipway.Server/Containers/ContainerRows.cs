using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;

namespace Slipway.Server.Containers;

/// <summary>Keeps the rows of a stack's containers as the work on them leaves them.</summary>
internal static class ContainerRows
{
    /// <summary>With the end of an action that started or stopped containers. One that did not come to the switch has changed nothing.</summary>
    public static async Task StoreAsync(AppDb db, int stackId, DeployState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!state.IsSwitched || state.Plan.Docker is null)
            return;
        var servers = await db.Servers.Where(server => server.StackId == stackId).ToDictionaryAsync(server => server.Uid, server => server.Id, cancellationToken);
        var present = await db.Containers.Where(row => row.Server!.StackId == stackId).ToListAsync(cancellationToken);
        var serving = state.Containers.Where(container => servers.ContainsKey(container.ServerUid)).ToList();
        var absent = state.Absent.Keys.Where(servers.ContainsKey).Select(uid => servers[uid]).ToHashSet();
        db.Containers.RemoveRange(present.Where(row => !absent.Contains(row.ServerId) && serving.TrueForAll(container => container.Uid != row.Uid)));
        db.Containers.AddRange(serving.Where(container => present.TrueForAll(row => row.Uid != container.Uid))
            .Select(container => RowOf(container, servers[container.ServerUid], now)));
    }

    private static Container RowOf(ServingContainer container, int serverId, DateTimeOffset now) => new()
    {
        Uid = container.Uid,
        ServerId = serverId,
        ServiceName = container.Service,
        Image = container.Image,
        Command = container.Command,
        PortList = string.Join(' ', container.Ports.OrderBy(port => port.Key).Select(port => string.Create(CultureInfo.InvariantCulture, $"{port.Value}:{port.Key}"))),
        WebPorts = WebPorts(container.Offered),
        StartedAt = container.StartedAt,
        CreatedAt = container.CreatedAt,
        UpdatedAt = now,
    };

    // Without the container's own port: 3000:80:443 is offered under 80:443.
    private static string WebPorts(string offered) => string.Join(',', offered.Split(' ').Select(ServiceTexts.Port)
        .Where(port => port is { Http: not null } or { Https: not null })
        .Select(port => string.Create(CultureInfo.InvariantCulture, $"{port!.Http}:{port.Https}").TrimEnd(':')));
}
