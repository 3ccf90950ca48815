using Microsoft.Extensions.Options;

namespace Slipway.Server.Platform.Work;

/// <summary>How much work is done at once, and how long things may take. Section <c>Slipway:Work</c>.</summary>
internal sealed class WorkOptions
{
    public const string Section = "Slipway:Work";

    /// <summary>Actions that this node works on at the same time; one at most for each stack. From 1 to 1000.</summary>
    public int MaxRunningActions { get; set; } = 256;

    /// <summary>Steps that keep this node's own processors busy (fetching and packing code) at the same time. From 1 to 256.</summary>
    public int MaxHeavySteps { get; set; } = 4;

    /// <summary>An action as a whole must be over within this time from its first step on, restarts included. From a minute to a week.</summary>
    public TimeSpan ActionDeadline { get; set; } = TimeSpan.FromHours(3);

    /// <summary>How many days the log and the steps of a finished action are kept; the action itself stays. 0 keeps them for ever.</summary>
    public int KeepLogDays { get; set; } = 90;
}

internal sealed class WorkOptionsValidator : IValidateOptions<WorkOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, WorkOptions options)
    {
        List<string> faults = [];
        if (options.MaxRunningActions is < 1 or > 1000)
            faults.Add($"{WorkOptions.Section}:MaxRunningActions is {options.MaxRunningActions}. It must be from 1 to 1000.");
        if (options.MaxHeavySteps is < 1 or > 256)
            faults.Add($"{WorkOptions.Section}:MaxHeavySteps is {options.MaxHeavySteps}. It must be from 1 to 256.");
        if (options.ActionDeadline < Shortest || options.ActionDeadline > Longest)
            faults.Add($"{WorkOptions.Section}:ActionDeadline is {options.ActionDeadline}. It must be between a minute and a week, like 03:00:00.");
        if (options.KeepLogDays is < 0 or > 36_500)
            faults.Add($"{WorkOptions.Section}:KeepLogDays is {options.KeepLogDays}. It must be from 0, which keeps logs for ever, to 36500.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
