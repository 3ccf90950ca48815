namespace Slipway.Engine.Deployments.Docker;

/// <summary>A container that serves since the switch, as the records keep it.</summary>
internal sealed record ServingContainer
{
    public required string ServerUid { get; init; }

    /// <summary>Docker's own identifier, 64 hex characters.</summary>
    public required string Uid { get; init; }

    public required string Service { get; init; }

    public required string Image { get; init; }

    public required string Command { get; init; }

    /// <summary>Host ports by container port.</summary>
    public required IReadOnlyDictionary<int, int> Ports { get; init; }

    /// <summary>The container's ports and those of nginx, in the language of the definition, with blanks between them.</summary>
    public required string Offered { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static ServingContainer Of(string serverUid, ContainerState state) => new()
    {
        ServerUid = serverUid,
        Uid = state.Id,
        Service = state.Service,
        Image = state.Image,
        Command = state.Command,
        Ports = state.Ports,
        Offered = state.Offered,
        StartedAt = state.StartedAt,
        CreatedAt = state.CreatedAt,
    };
}
