namespace Slipway.Server.Containers.Logs;

/// <summary>How many containers of each machine are followed from this node. Each takes a session on the machine, and deployments need some, too.</summary>
internal sealed class LogStreams(TimeProvider time, IHostApplicationLifetime lifetime)
{
    public const int MostOfMachine = 20;

    private readonly Dictionary<string, int> _counts = [];

    public TimeProvider Time => time;

    public bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    public bool TryEnter(string address)
    {
        lock (_counts)
        {
            var count = _counts.GetValueOrDefault(address);
            if (count >= MostOfMachine)
                return false;
            _counts[address] = count + 1;
            return true;
        }
    }

    public void Leave(string address)
    {
        lock (_counts)
        {
            if (--_counts[address] == 0)
                _counts.Remove(address);
        }
    }
}
