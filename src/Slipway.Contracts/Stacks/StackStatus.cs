namespace Slipway.Contracts.Stacks;

/// <summary>How far a stack is on its way.</summary>
public static class StackStatus
{
    public const int Queued = 0;
    public const int Success = 1;
    public const int Failed = 2;
    public const int Analysing = 3;
    public const int Analysed = 4;
    public const int QueuedForDeploying = 5;
    public const int Deploying = 6;
    public const int TerminalFailure = 7;
}

/// <summary>How well a stack, a server or a container is.</summary>
public static class StackHealth
{
    public const int Unknown = 0;
    public const int Building = 1;
    public const int Impaired = 2;
    public const int Healthy = 3;
    public const int Failed = 4;
}
