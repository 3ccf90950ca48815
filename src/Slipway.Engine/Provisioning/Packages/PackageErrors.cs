using Slipway.Engine.Remote;

namespace Slipway.Engine.Provisioning.Packages;

/// <summary>What apt and dpkg mean by what they print.</summary>
internal static class PackageErrors
{
    public static bool WasLocked(RemoteResult result) => Says(result, "Could not get lock", "Unable to acquire the dpkg frontend lock", "Unable to lock directory");

    public static bool WasInterrupted(RemoteResult result) => Says(result, "dpkg was interrupted");

    /// <summary>The mirror may have moved on since the lists were fetched.</summary>
    public static bool MayHaveOldLists(RemoteResult result) =>
        Says(result, "Unable to locate package", "has no installation candidate", "Unable to fetch", "Failed to fetch");

    /// <summary>An error that says what to do, where that is known.</summary>
    public static Exception Explain(RemoteResult result, string server)
    {
        var cause = new RemoteException(result);
        var advice = Advise(result);
        if (advice is null)
            return cause;
        var tail = string.Join('\n', result.Tail.TakeLast(10));
        return new UserErrorException($"Packages could not be installed on {server}. {advice} Then deploy again. apt's last lines:\n{tail}", cause);
    }

    private static string? Advise(RemoteResult result)
    {
        if (result.IsSuccess || result.Outcome is RemoteOutcome.Cancelled)
            return null;
        if (Says(result, "No space left on device", "You don't have enough free space"))
            return "Its disk is full: free some space (df -h shows where it is short).";
        if (WasLocked(result))
            return "Another package manager held the lock for too long: wait until it is done, or end it (ps shows apt or dpkg).";
        if (Says(result, "Unable to locate package", "has no installation candidate"))
            return "The distribution does not have a package that is wanted: correct the machine's package sources (/etc/apt/sources.list*).";
        if (Says(result, "Failed to fetch", "Unable to fetch", "Could not resolve", "Could not connect", "is not signed", "no longer has a Release file"))
            return "A package source does not answer properly: correct the machine's network or package sources (/etc/apt/sources.list*).";
        if (Says(result, "remove is disabled"))
            return "Packages that are there would have to be removed, and Slipway does not do that: see what stands in the way (apt-get install --simulate) and remove it yourself.";
        if (Says(result, "unmet dependencies", "held broken packages", "Sub-process /usr/bin/dpkg returned an error"))
            return "A package is broken there: run 'apt-get --fix-broken install' on the machine and see what it says.";
        return result.Outcome is RemoteOutcome.TimedOut ? "It took too long: see whether the machine's network or disk is slow." : null;
    }

    private static bool Says(RemoteResult result, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (result.Tail.Any(line => line.Contains(text, StringComparison.Ordinal)))
                return true;
        }
        return false;
    }
}
