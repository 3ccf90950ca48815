using System.Globalization;
using System.Text;

namespace Slipway.Server.Platform.Http;

/// <summary>Names that people give to things, and other short texts.</summary>
internal static class PlainText
{
    /// <summary>Whether it is one printable line: not blank, no control characters, nothing that reorders text, valid Unicode.</summary>
    public static bool IsLine(string text, int maxLength)
    {
        if (text.Length > maxLength || string.IsNullOrWhiteSpace(text) || text != text.Trim())
            return false;
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || !IsPrintable(rune))
                return false;
            i += rune.Utf16SequenceLength;
        }
        return true;
    }

    /// <summary>Reads true and false as people and clients write them.</summary>
    public static bool TryReadSwitch(string? text, out bool isOn)
    {
        isOn = text?.ToLowerInvariant() is "1" or "true" or "on" or "yes" or "enable";
        return isOn || text?.ToLowerInvariant() is "0" or "false" or "off" or "no" or "disable";
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
}
