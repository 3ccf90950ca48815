using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Server.Deployments;

namespace Slipway.Server.Containers;

/// <summary>Tells the rest of work that failed from old containers that are about to end. Both are on servers without being of those that serve.</summary>
internal static class FailedRuns
{
    /// <summary>Those of the given runs that ended without success.</summary>
    public static async Task<IReadOnlySet<string>> FindAsync(AppDb db, int stackId, IReadOnlyList<string> runs, CancellationToken cancellationToken)
    {
        var failed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in runs)
        {
            // The second part names the deployment, or the other work: see DeploymentContexts and DeployStack.
            var name = run.Split('-', 2)[^1];
            var isFailed = name.StartsWith(DeploymentContexts.ActionPrefix, StringComparison.Ordinal)
                ? int.TryParse(name.AsSpan(DeploymentContexts.ActionPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    && await db.Actions.AnyAsync(action => action.StackId == stackId && action.Id == id && action.FinishedAt != null && action.IsSuccess != true, cancellationToken)
                : await db.Deployments.AnyAsync(
                    row => row.StackId == stackId && row.Session == name && (row.Outcome == DeploymentOutcome.Failed || row.Outcome == DeploymentOutcome.Cancelled), cancellationToken);
            if (isFailed)
                failed.Add(run);
        }
        return failed;
    }
}
