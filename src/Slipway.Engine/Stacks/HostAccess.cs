namespace Slipway.Engine.Stacks;

/// <summary>What the containers of a stack may have of the servers themselves. Each comes close to the rights of root there.</summary>
[Flags]
public enum HostAccess
{
    None = 0,

    /// <summary>Folders of the server in containers.</summary>
    Mounts = 1,

    /// <summary>Containers that Docker does not confine.</summary>
    Privileged = 2,

    /// <summary>Containers in the server's own network, or among its processes.</summary>
    Namespaces = 4,
}
