namespace Slipway.Engine.Deployments.Docker.Names;

/// <summary>What a server has for the names of the stack's services, as it was found before the switch.</summary>
internal sealed record ServerNames
{
    /// <summary>The network of the stack's containers on the server.</summary>
    public required string Subnet { get; init; }

    /// <summary>The server's address in it.</summary>
    public required string Gateway { get; init; }

    /// <summary>Where nginx listens for a port of a service; the keys are like api/4000.</summary>
    public required IReadOnlyDictionary<string, int> Entries { get; init; }

    /// <summary>nginx's file as it was before this work; null where there was none.</summary>
    public string? Before { get; init; }
}
