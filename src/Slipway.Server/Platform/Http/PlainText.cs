using System.Globalization;
using System.Text;

namespace Slipway.Server.Platform.Http;

/// <summary>Names that people give to things.</summary>
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

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
}
