using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine.Deployments;
using Slipway.Server.Deployments;

namespace Slipway.Server.Containers;

/// <summary>Tells the rest of work that failed from old containers that are about to end. Both are on servers without being of those that serve.</summary>
internal static class FailedRuns
{
    /// <summary>Those of the given runs that ended without success, and before they came to serve.</summary>
    public static async Task<IReadOnlySet<string>> FindAsync(AppDb db, int stackId, IReadOnlyList<string> runs, CancellationToken cancellationToken)
    {
        var failed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in runs)
        {
            // The second part names the deployment, or the other work: see DeploymentContexts and DeployStack.
            var name = run.Split('-', 2)[^1];
            var id = name.StartsWith(DeploymentContexts.ActionPrefix, StringComparison.Ordinal)
                ? int.TryParse(name.AsSpan(DeploymentContexts.ActionPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
                : await db.Deployments.Where(row => row.StackId == stackId && row.Session == name).Select(row => row.ActionId).FirstOrDefaultAsync(cancellationToken);
            var ended = await db.Actions.Where(action => action.StackId == stackId && action.Id == id && action.FinishedAt != null && action.IsSuccess != true)
                .Select(action => new { action.State }).FirstOrDefaultAsync(cancellationToken);
            if (ended is not null && (ended.State is null || !DeployJson.Read(ended.State).IsSwitched))
                failed.Add(run);
        }
        return failed;
    }
}
