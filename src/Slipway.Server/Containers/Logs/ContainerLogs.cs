using System.Net.ServerSentEvents;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Containers;
using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Services;
using Slipway.Server.Stacks;
using Slipway.Server.Users;

namespace Slipway.Server.Containers.Logs;

/// <summary>Whose output is asked for: a container, or all of a service.</summary>
internal sealed record LogSubject(string? ContainerUid, string? Service);

/// <summary>The output of containers, for one caller.</summary>
internal sealed class ContainerLogs(AppDb db, Caller caller, ServiceChanges changes, IRemoteHosts hosts, EngineTimeouts timeouts, LogStreams streams)
{
    /// <summary>The containers as they are now; null when the caller may not see them, or there is nothing of that name.</summary>
    public async Task<IReadOnlyList<LogTarget>?> FindAsync(string stackUid, LogSubject subject, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Control).AsNoTracking().FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);
        if (stack is null)
            return null;
        if (subject.ContainerUid is { } uid)
            return await ContainerEndpoints.FindAsync(db, stack, uid, cancellationToken) is { } row ? [TargetOf(stack, row)] : null;
        var rows = await db.Containers.AsNoTracking().Include(row => row.Server!).ThenInclude(server => server.Machine)
            .Where(row => row.Server!.StackId == stack.Id && row.ServiceName == subject.Service).OrderBy(row => row.Id).ToListAsync(cancellationToken);
        return rows.Count > 0 || (await changes.ServicesAsync(stack, cancellationToken)).Any(service => service.Name == subject.Service)
            ? [.. rows.Select(row => TargetOf(stack, row))]
            : null;
    }

    /// <summary>The newest lines of all of them, oldest first, and then why those of some are missing.</summary>
    /// <exception cref="RemoteUnavailableException">Nothing of any can be read.</exception>
    /// <exception cref="RemoteException">The same, for a reason that Docker gives.</exception>
    public async Task<IReadOnlyList<ContainerLogLine>> ReadAsync(
        IReadOnlyList<LogTarget> targets, string? since, int tail, CancellationToken cancellationToken)
    {
        var reads = targets.Select(target => (Target: target, Lines: target.ReadAsync(since, tail, timeouts, cancellationToken))).ToList();
        await ((Task)Task.WhenAll(reads.Select(read => read.Lines))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reads.Find(read => !read.Lines.IsCompletedSuccessfully && !IsMissing(read.Lines)) is { Lines: { } broken })
            await broken;
        var missing = reads.Where(read => IsMissing(read.Lines)).ToList();
        if (missing.Count > 0 && missing.Count == reads.Count)
            await missing[0].Lines;
        List<ContainerLogLine> lines = [];
        foreach (var read in reads.Except(missing))
            lines.AddRange(await read.Lines);
        lines = [.. lines.OrderBy(line => line.Time, StringComparer.Ordinal).TakeLast(tail)];
        // With the time of the newest line: readers go on from there.
        var time = lines.LastOrDefault()?.Time ?? LogTarget.TextOf(streams.Time.GetUtcNow());
        return [.. lines, .. missing.Select(read => read.Target.Notice(time, read.Lines.Exception!.InnerException!.Message))];
    }

    private static bool IsMissing(Task read) => read.Exception?.InnerException is RemoteUnavailableException or RemoteException;

    public TimeProvider Time => streams.Time;

    /// <summary>The same, and then each line as it comes, as long as the reader may have them.</summary>
    public IAsyncEnumerable<SseItem<string>> FollowAsync(
        string stackUid, LogSubject subject, string? since, int tail, Func<CancellationToken, Task<bool>> isAllowed, CancellationToken cancellationToken)
    {
        return new LogFollower(FindAgainAsync, timeouts, streams).ReadAsync(since, tail, cancellationToken);

        async Task<IReadOnlyList<LogTarget>?> FindAgainAsync(CancellationToken token)
        {
            db.ChangeTracker.Clear();
            return await isAllowed(token) ? await FindAsync(stackUid, subject, token) : null;
        }
    }

    private LogTarget TargetOf(Stack stack, Container row)
    {
        var machine = row.Server!.Machine!;
        var host = hosts.For(
            new(machine.Address, machine.Port, machine.UserName, stack.SshPrivateKey, machine.HostKey), RemoteScope.None);
        return new(row.Uid, row.ServiceName, row.Server.Name, host);
    }
}
