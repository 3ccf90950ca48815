using Slipway.Engine.Commands;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Provisioning.Packages;

/// <summary>Installs all that is missing on a server in one transaction; where nothing is, apt is not even called.</summary>
internal sealed class PackageInstaller(ComponentRun run, TimeProvider time)
{
    private static readonly TimeSpan LockPause = TimeSpan.FromSeconds(2);

    public async Task InstallAsync(ProvisionPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Packages.Count == 0)
            return;
        var missing = await FindMissingAsync(plan.Packages, cancellationToken);
        if (missing.Count == 0)
            return;
        await run.ApplyAsync(
            [.. plan.UnwantedUnits.Where(unwanted => missing.Contains(unwanted.Package)).Select(unwanted =>
                new MakeLink($"/etc/systemd/system/{unwanted.Unit}", "/dev/null"))], cancellationToken);
        await run.ReportAsync($"Installing {string.Join(' ', missing)}");
        var areFresh = await AreListsFreshAsync(cancellationToken);
        if (!areFresh)
            await RefreshAsync(cancellationToken);
        await InstallAsync(missing, areFresh, cancellationToken);
    }

    private async Task InstallAsync(IReadOnlyList<string> packages, bool mayRefresh, CancellationToken cancellationToken)
    {
        var install = AptCommands.Install(packages, run.Timeouts.PackageLock);
        var result = await RunAsync("install packages", [install], cancellationToken);
        if (PackageErrors.WasInterrupted(result))
        {
            await run.ReportAsync("An earlier installation was interrupted; finishing it first");
            result = await RunAsync("install packages after recovery", [AptCommands.Recover(), install], cancellationToken);
        }
        if (mayRefresh && PackageErrors.MayHaveOldLists(result))
        {
            await RefreshAsync(cancellationToken);
            result = await RunAsync("install packages from new lists", [install], cancellationToken);
        }
        if (!result.IsSuccess)
            throw PackageErrors.Explain(result, run.Server.Name);
    }

    // Unlike the lock of dpkg, that of the lists is not waited for by apt.
    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var name = attempt == 1 ? "refresh package lists" : $"refresh package lists, attempt {attempt}";
            var result = await RunAsync(name, AptCommands.Refresh(), cancellationToken);
            if (result.IsSuccess)
                return;
            if (!PackageErrors.WasLocked(result) || time.GetElapsedTime(start) >= run.Timeouts.PackageLock)
                throw PackageErrors.Explain(result, run.Server.Name);
            await Task.Delay(LockPause, time, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<string>> FindMissingAsync(IReadOnlyList<string> packages, CancellationToken cancellationToken)
    {
        var alternatives = packages.Select(package => package.Split(ComponentPlan.Or)).ToList();
        var (_, lines) = await run.ReadAsync("look for packages", [AptCommands.Query(alternatives.SelectMany(names => names))], cancellationToken);
        return [.. alternatives.Where(names => !names.Any(name => lines.Contains($"{name} installed"))).Select(names => names[0])];
    }

    private async Task<bool> AreListsFreshAsync(CancellationToken cancellationToken)
    {
        var (_, lines) = await run.ReadAsync("look at package lists", [AptCommands.FindFreshLists()], cancellationToken);
        return lines.Any(line => line is "/var/lib/apt/lists" or AptCommands.ListsStamp);
    }

    private Task<RemoteResult> RunAsync(string name, IReadOnlyList<IReadOnlyList<string>> programs, CancellationToken cancellationToken)
    {
        var command = new RemoteCommand
        {
            Name = name,
            Programs = programs,
            Environment = AptCommands.Environment,
            Deadline = run.Timeouts.Packages + run.Timeouts.PackageLock,
        };
        return run.Host.RunAsync(command, line => run.LogAsync(Severity.Info, line.Text), cancellationToken);
    }
}
