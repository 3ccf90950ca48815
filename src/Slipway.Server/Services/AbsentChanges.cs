using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Stacks;

namespace Slipway.Server.Services;

/// <summary>What a change of containers wanted of servers that did not answer. It was made on the others, and must not pass for done.</summary>
internal static class AbsentChanges
{
    private sealed record Present(string ServerUid, string Service, string Uid);

    /// <param name="db">The records.</param>
    /// <param name="stackId">The stack.</param>
    /// <param name="context">The work, with the servers that it passed over.</param>
    /// <param name="replaced">Containers that were to make room.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UserErrorException">Something was wanted of such a server.</exception>
    public static async Task TellAsync(AppDb db, int stackId, DeployContext context, IReadOnlyList<string> replaced, CancellationToken cancellationToken)
    {
        var rows = await db.Containers.AsNoTracking().Where(row => row.Server!.StackId == stackId)
            .Select(row => new Present(row.Server!.Uid, row.ServiceName, row.Uid)).ToListAsync(cancellationToken);
        var undone = context.AbsentServers.SelectMany(server => Undone(context, server, [.. rows.Where(row => row.ServerUid == server.Uid)], replaced)).ToList();
        if (undone.Count > 0)
            throw new UserErrorException(string.Join('\n', undone.Prepend(context.WebServers.Count > 0 ? "Done on the servers that answer; the rest is not." : "")).Trim());
    }

    private static IEnumerable<string> Undone(DeployContext context, ServerSpec server, IReadOnlyList<Present> present, IReadOnlyList<string> replaced)
    {
        var numbers = context.Docker.Services
            .Select(service => (service.Name, Wanted: StackContainers.CountOf(server, service.Name), Present: present.Count(row => row.Service == service.Name)))
            .Where(service => service.Wanted != service.Present).ToList();
        foreach (var (service, wanted, count) in numbers)
            yield return FormattableString.Invariant($"{server.Name} is to have {wanted} of {service} and has {count}. Slipway brings that about when the server is there.");
        foreach (var service in present.Where(row => replaced.Contains(row.Uid)).Select(row => row.Service).Distinct().Except(numbers.Select(number => number.Name)))
            yield return $"{service} on {server.Name} runs as before, if it does. Ask for it again when the server answers again.";
        if (numbers.Count > 0 || present.Any(row => replaced.Contains(row.Uid)))
            yield return context.State.Absent[server.Uid];
    }
}
