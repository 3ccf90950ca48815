namespace Slipway.Engine;

/// <summary>Where a step tells people what it does.</summary>
public interface IStepLog
{
    /// <param name="server">Name of the server it is about; empty for the control plane.</param>
    /// <param name="severity">How much it matters.</param>
    /// <param name="text">One line, or several.</param>
    ValueTask WriteAsync(string server, Severity severity, string text);
}

/// <summary>How much a line of the log matters.</summary>
public enum Severity
{
    Info,
    Warning,
    Error,
}
