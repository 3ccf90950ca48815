namespace Slipway.Dashboard.Ui;

/// <summary>Spans of time as people say them.</summary>
public static class Durations
{
    public static string Ago(TimeSpan span) => span switch
    {
        { TotalSeconds: < 10 } => "just now",
        { TotalMinutes: < 1 } => $"{span.TotalSeconds:0} seconds ago",
        { TotalHours: < 1 } => Count(span.TotalMinutes, "minute"),
        { TotalDays: < 1 } => Count(span.TotalHours, "hour"),
        { TotalDays: < 60 } => Count(span.TotalDays, "day"),
        _ => Count(span.TotalDays / 30, "month"),
    };

    public static string Short(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "< 1s",
        { TotalMinutes: < 1 } => $"{(int)span.TotalSeconds}s",
        { TotalHours: < 1 } => $"{(int)span.TotalMinutes}m {span.Seconds}s",
        _ => $"{(int)span.TotalHours}h {span.Minutes}m",
    };

    private static string Count(double number, string unit) =>
        (int)number == 1 ? $"1 {unit} ago" : $"{(int)number} {unit}s ago";
}
