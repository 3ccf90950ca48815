using Microsoft.EntityFrameworkCore;
using Slipway.Engine.Stacks;
using Slipway.Server.Stacks;

namespace Slipway.Server.Servers;

/// <summary>Where things go when nobody said where: every server runs the code, and the first one also holds each database that has none.</summary>
internal static class DefaultRoles
{
    /// <summary>Roles that a server may be given.</summary>
    public static readonly IReadOnlyList<string> Known = [ServerRoles.Web, ServerRoles.Docker, ServerRoles.Build, .. DatabaseKinds.Installable];

    /// <summary>The roles of one more server whose roles were left open.</summary>
    public static async Task<IReadOnlyList<string>> ForNewAsync(AppDb db, Stack stack, IEnumerable<Server> present, CancellationToken cancellationToken)
    {
        var external = await ExternalAsync(db, stack.Id, cancellationToken);
        var covered = present.SelectMany(server => server.Roles.Split(' ')).Concat(external).ToHashSet();
        var components = StoredAnalysis.Of(stack.Analysis)?.Result.Components ?? [];
        return [stack.CodeRole, .. DatabaseKinds.Installable.Where(kind => components.Contains(kind) && !covered.Contains(kind))];
    }

    /// <summary>After an analysis: gives databases that no server has to the first server whose roles were left open.</summary>
    public static async Task CoverAsync(AppDb db, Stack stack, IEnumerable<string> components, CancellationToken cancellationToken)
    {
        // Before it was known what the stack is, they were taken for web servers.
        foreach (var server in stack.Servers.Where(server => server.HasDefaultRoles))
            server.Roles = string.Join(' ', server.Roles.Split(' ').Select(role => role is ServerRoles.Web or ServerRoles.Docker ? stack.CodeRole : role));
        var (servers, wanted) = (stack.Servers, components.Except(await ExternalAsync(db, stack.Id, cancellationToken)).ToList());
        if (servers.Where(server => server.HasDefaultRoles).MinBy(server => server.Id) is not { } home)
            return;
        foreach (var kind in DatabaseKinds.Installable.Where(wanted.Contains))
            if (!servers.Any(server => server.HasRole(kind)))
                home.Roles += $" {kind}";
    }

    private static Task<List<string>> ExternalAsync(AppDb db, int stackId, CancellationToken cancellationToken) => db.StackDatabases
        .Where(row => row.StackId == stackId && row.ServerId == null).Select(row => row.Kind).ToListAsync(cancellationToken);
}
