using System.Globalization;
using Spectre.Console;

namespace Slipway.Demo;

/// <summary>Tells what happens, with the seconds since the start.</summary>
internal sealed class Story
{
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public Story()
    {
        // A log file has no right edge.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 1000;
    }

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_start);

    public void Tell(string text) => Line("[bold]", text, "[/]");

    public void Detail(string text) => Line("[grey]", "  " + text, "[/]");

    public void Good(string text) => Line("[green]", text, "[/]");

    public void Bad(string text) => Line("[red]", text, "[/]");

    private void Line(string open, string text, string close)
    {
        var time = Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture).PadLeft(6);
        foreach (var line in text.Split('\n'))
            AnsiConsole.MarkupLine($"[blue]{time} s[/]  {open}{Markup.Escape(line)}{close}");
    }
}
