using Slipway.Engine.Remote;

namespace Slipway.Engine.Provisioning;

/// <summary>What a server needs of one component: everything that decides how the server ends up, known before it is looked at.</summary>
internal sealed record ComponentPlan
{
    /// <summary>Between packages of which any will do; the first is installed where none is there.</summary>
    public const string Or = " | ";

    /// <summary>Packages of the distribution.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Services that a package would start and that nobody needs; kept from starting where the package is not there yet.</summary>
    public IReadOnlyList<UnwantedUnit> UnwantedUnits { get; init; } = [];

    /// <summary>Files and directories with their final content.</summary>
    public IReadOnlyList<FileChange> Files { get; init; } = [];

    /// <summary>Anything else that decides: statements, users, versions. Parts are secret; they only feed the digest and the component itself.</summary>
    public IReadOnlyList<Secret> Settings { get; init; } = [];
}

internal sealed record UnwantedUnit(string Package, string Unit);
