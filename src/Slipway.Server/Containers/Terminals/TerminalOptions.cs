using Microsoft.Extensions.Options;

namespace Slipway.Server.Containers.Terminals;

/// <summary>How long terminals stay open, and how many. Section <c>Slipway:Terminals</c>.</summary>
internal sealed class TerminalOptions
{
    public const string Section = "Slipway:Terminals";

    /// <summary>A terminal in which nothing is typed and nothing printed for so long is closed. From a minute to a day.</summary>
    public TimeSpan Idle { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How often a terminal's browser is asked whether it is there, and how long its answer is waited for: one whose line was cut, or whose computer sleeps, loses its shell
    /// within two of these. From a tenth of a second to five minutes.
    /// </summary>
    public TimeSpan Beat { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>No terminal stays open for longer than this. From a minute to a week.</summary>
    public TimeSpan Longest { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Terminals on one server at the same time, from each node. Each takes a session there, and deployments need some, too. From 0, which allows none, to 20.</summary>
    public int MostOfServer { get; set; } = 10;

    /// <summary>Terminals of one person at the same time, on each node. From 0 to 100.</summary>
    public int MostOfPerson { get; set; } = 5;
}

internal sealed class TerminalOptionsValidator : IValidateOptions<TerminalOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, TerminalOptions options)
    {
        List<string> faults = [];
        if (options.Idle < Shortest || options.Idle > TimeSpan.FromDays(1))
            faults.Add($"{TerminalOptions.Section}:Idle is {options.Idle}. It must be between a minute and a day, like 00:15:00.");
        if (options.Beat < TimeSpan.FromSeconds(0.1) || options.Beat > TimeSpan.FromMinutes(5))
            faults.Add($"{TerminalOptions.Section}:Beat is {options.Beat}. It must be between a tenth of a second and five minutes, like 00:00:20.");
        if (options.Longest < Shortest || options.Longest > TimeSpan.FromDays(7))
            faults.Add($"{TerminalOptions.Section}:Longest is {options.Longest}. It must be between a minute and a week, like 08:00:00.");
        if (options.MostOfServer is < 0 or > 20)
            faults.Add($"{TerminalOptions.Section}:MostOfServer is {options.MostOfServer}. It must be from 0, which allows none, to 20.");
        if (options.MostOfPerson is < 0 or > 100)
            faults.Add($"{TerminalOptions.Section}:MostOfPerson is {options.MostOfPerson}. It must be from 0, which allows none, to 100.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
