using Slipway.Engine.Analysis.Docker;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Which of the present containers make room for new ones.</summary>
internal sealed record ContainerChange
{
    /// <summary>All but those of services that say that deployments leave them alone.</summary>
    public static ContainerChange Deployment { get; } = new() { IsDeployment = true };

    /// <summary>Every one.</summary>
    public static ContainerChange Everything { get; } = new() { IsEverything = true };

    /// <summary>Only as many as are too many.</summary>
    public static ContainerChange None { get; } = new();

    /// <summary>These, by Docker's identifiers.</summary>
    public static ContainerChange Of(IEnumerable<string> ids) => new() { Ids = ids.ToHashSet(StringComparer.Ordinal) };

    public bool IsDeployment { get; private init; }

    public bool IsEverything { get; private init; }

    public IReadOnlySet<string> Ids { get; private init; } = new HashSet<string>();

    public bool Replaces(ContainerState container, ServiceDefinition service) =>
        IsEverything || (IsDeployment && service.RestartOnDeploy) || Ids.Contains(container.Id);
}
