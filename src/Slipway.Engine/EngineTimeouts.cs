namespace Slipway.Engine;

/// <summary>Every timeout and retry limit of the engine, each with the reason for its default.</summary>
public sealed record EngineTimeouts
{
    /// <summary>A TCP connect and key exchange takes 0.1 s on a good line; a machine that needs more than 10 s is as good as down.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Keep-alive interval; a cut line is noticed after about three of them.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a lost connection is re-made before the command counts as unreachable.</summary>
    public TimeSpan Reconnect { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an action calls a machine that this process has not reached yet: sshd restarts within seconds, a machine that is gone should be told soon.</summary>
    public TimeSpan FirstReach { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An unused connection is closed after this time.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Short reads: facts, references, states.</summary>
    public TimeSpan Query { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A remote process group has this long between TERM and KILL; with the round trip it stays below 15 s.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>apt may have to wait for another apt (unattended upgrades) and then fetch some hundred megabytes.</summary>
    public TimeSpan Packages { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Another apt that holds the lock is waited for this long.</summary>
    public TimeSpan PackageLock { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Starting or reloading a service; a database that recovers after a crash takes the longest.</summary>
    public TimeSpan Service { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Gems with C extensions compile for minutes on small machines.</summary>
    public TimeSpan Bundle { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Building Ruby from source takes about 5 minutes on two cores.</summary>
    public TimeSpan RubyBuild { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>A first build of a big image compiles for a long time on small machines.</summary>
    public TimeSpan ImageBuild { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Images of some gigabytes over a slow line.</summary>
    public TimeSpan ImagePull { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A user's hook, migration or asset build.</summary>
    public TimeSpan UserCommand { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Reaching the git host: listing references answers in seconds or not at all.</summary>
    public TimeSpan GitQuery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A first clone of a large repository.</summary>
    public TimeSpan GitFetch { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A big Rails application boots in up to a minute on a small machine.</summary>
    public TimeSpan Health { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Requests in flight when the web server is switched may take this long to end.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long containers may take to end on a server that leaves its stack: pre_stop_sequence and stop_grace of a definition may come to days.</summary>
    public TimeSpan LongestEnd { get; init; } = TimeSpan.FromMinutes(45);

    /// <summary>One look at what a container prints; a reader who stays longer than that is served by the next one.</summary>
    public TimeSpan LogFollow { get; init; } = TimeSpan.FromHours(1);
}
