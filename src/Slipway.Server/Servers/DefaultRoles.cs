using Slipway.Engine.Stacks;
using Slipway.Server.Stacks;

namespace Slipway.Server.Servers;

/// <summary>Where things go when nobody said where: every server serves the web, and the first one also holds each database that has none.</summary>
internal static class DefaultRoles
{
    /// <summary>Roles that a server may be given.</summary>
    public static readonly IReadOnlyList<string> Known = [ServerRoles.Web, .. DatabaseKinds.Installable];

    /// <summary>The roles of one more server whose roles were left open.</summary>
    public static IReadOnlyList<string> ForNew(Stack stack, IEnumerable<Server> present)
    {
        var covered = present.SelectMany(server => server.Roles.Split(' ')).ToHashSet();
        var components = StoredAnalysis.Of(stack.Analysis)?.Result.Components ?? [];
        return [ServerRoles.Web, .. DatabaseKinds.Installable.Where(kind => components.Contains(kind) && !covered.Contains(kind))];
    }

    /// <summary>After an analysis: gives databases that no server has to the first server whose roles were left open.</summary>
    public static void Cover(IReadOnlyCollection<Server> servers, IReadOnlyCollection<string> components)
    {
        if (servers.Where(server => server.HasDefaultRoles).MinBy(server => server.Id) is not { } home)
            return;
        foreach (var kind in DatabaseKinds.Installable.Where(components.Contains))
            if (!servers.Any(server => server.HasRole(kind)))
                home.Roles += $" {kind}";
    }
}
