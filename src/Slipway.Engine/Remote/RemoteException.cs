namespace Slipway.Engine.Remote;

/// <summary>A remote command that ran and did not succeed.</summary>
public sealed class RemoteException(RemoteResult result) : Exception(Describe(result))
{
    public RemoteResult Result => result;

    private static string Describe(RemoteResult result)
    {
        var how = result.Outcome switch
        {
            RemoteOutcome.Exited => $"ended with exit code {result.ExitCode}",
            RemoteOutcome.TimedOut => "did not end before its deadline and was killed",
            RemoteOutcome.Cancelled => "was cancelled",
            _ => "was lost: the machine was restarted while it ran",
        };
        var tail = result.Tail.Count == 0 ? "It printed nothing." : "Its last lines:\n" + string.Join('\n', result.Tail);
        return $"'{result.Command}' on {result.Host} {how}. {tail}";
    }
}
