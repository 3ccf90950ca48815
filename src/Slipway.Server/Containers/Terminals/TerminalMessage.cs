using System.Text.Json;
using Slipway.Engine.Terminals;

namespace Slipway.Server.Containers.Terminals;

/// <summary>What the one before a terminal says about it, beside what is typed: a JSON object in a text message.</summary>
/// <param name="Size">The new size; null when it stays.</param>
/// <param name="Shown">How many bytes have been shown since the terminal was opened; null when that is not told.</param>
internal sealed record TerminalMessage(TerminalSize? Size, long? Shown)
{
    public const int MostBytes = 1000;

    private const string Expected =
        """A text message must be JSON like {"resize":{"columns":80,"rows":24}} or {"shown":1000}. What is typed comes in binary messages.""";

    /// <summary>The message, or what is wrong with it.</summary>
    public static (TerminalMessage? Message, string? Fault) Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
                return (null, Expected);
            if (root.TryGetProperty("shown", out var shown))
                return shown.ValueKind is JsonValueKind.Number && shown.TryGetInt64(out var count) && count >= 0 ? (new(null, count), null) : (null, Expected);
            if (!root.TryGetProperty("resize", out var resize) || resize.ValueKind is not JsonValueKind.Object)
                return (null, Expected);
            return Number(resize, "columns") is { } columns && Number(resize, "rows") is { } rows && new TerminalSize(columns, rows) is { IsValid: true } size
                ? (new(size, null), null)
                : (null, $"columns must be from 1 to {TerminalSize.MostColumns}, rows from 1 to {TerminalSize.MostRows}.");
        }
        catch (JsonException)
        {
            return (null, Expected);
        }
    }

    private static int? Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;
}
