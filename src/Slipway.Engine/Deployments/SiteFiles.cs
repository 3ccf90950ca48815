using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments;

/// <summary>nginx's files of a stack on one server, as they are to be.</summary>
/// <param name="Upstream">Whom requests are handed to.</param>
/// <param name="Site">What answers to the stack's names.</param>
internal sealed record SiteFiles(string Upstream, string Site)
{
    /// <summary>What answers to names that nobody has; without it, the one that is there stays where it can.</summary>
    public string? DefaultSite { get; init; }

    /// <summary>What is switched together with these.</summary>
    public IReadOnlyList<FileChange> Others { get; init; } = [];
}
