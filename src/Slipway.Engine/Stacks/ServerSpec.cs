using Slipway.Engine.Remote;

namespace Slipway.Engine.Stacks;

/// <summary>A machine's place in a stack.</summary>
public sealed record ServerSpec
{
    public required string Uid { get; init; }

    public required string Name { get; init; }

    public required MachineSpec Machine { get; init; }

    public required MachineFacts Facts { get; init; }

    /// <summary>The IP address by which the stack's other servers reach it.</summary>
    public required string PrivateAddress { get; init; }

    /// <summary>The networks, such as 172.18.0.0/16, of the stack's containers here. Known only while databases are opened to them.</summary>
    public IReadOnlyList<string> ContainerNetworks { get; init; } = [];

    /// <summary>Some of <see cref="ServerRoles"/>.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The first of its group: migrations and other things that must happen once run there.</summary>
    public bool IsPrimary { get; init; }

    /// <summary>Whether requests that name no stack of the machine, as by its address, are answered by this one. Of the stacks on a machine one does.</summary>
    public bool AnswersUnknownNames { get; init; } = true;

    /// <summary>
    /// How many of each background process, or containers of each service, run here. Of those that are not named: one process, and one container on
    /// the primary server.
    /// </summary>
    public IReadOnlyDictionary<string, int> ProcessCounts { get; init; } = new Dictionary<string, int>();

    public bool HasRole(string role) => Roles.Contains(role);
}

/// <summary>What a server can be in a stack. A database's role and its kind are the same word.</summary>
public static class ServerRoles
{
    public const string Web = "web";

    /// <summary>Runs the containers of a Docker stack, and nginx before them.</summary>
    public const string Docker = "docker";

    /// <summary>Builds the images of a Docker stack in place of a server that runs them.</summary>
    public const string Build = "build";
}
