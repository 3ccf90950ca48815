using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Engine.Stacks;

/// <summary>Environment variables as files. Every value is read back exactly as it was given.</summary>
internal static partial class EnvironmentFile
{
    /// <summary>Lines that sh sources.</summary>
    public static byte[] ForShell(IEnumerable<KeyValuePair<string, Secret>> variables) =>
        Write(variables, (key, value) => $"export {key}='{value.Replace("'", @"'\''", StringComparison.Ordinal)}'\n");

    /// <summary>Lines for EnvironmentFile= of systemd, which knows no way to write a single quote within single quotes.</summary>
    public static byte[] ForUnit(IEnumerable<KeyValuePair<string, Secret>> variables) =>
        Write(variables, (key, value) => $"{key}=\"{NeedsEscape().Replace(value, @"\$0")}\"\n");

    /// <summary>Why a variable cannot be given to processes; null when it can.</summary>
    public static string? FindProblem(string key, Secret value)
    {
        if (!Name().IsMatch(key))
            return $"'{key}' is no name for an environment variable: letters, digits and _ are allowed, and no digit first.";
        // systemd drops, without a word, variables that hold control characters or are not valid Unicode.
        foreach (var rune in value.Reveal().EnumerateRunes())
        {
            if (Rune.IsControl(rune) && rune.Value is not ('\n' or '\t') && rune.Value < 0x80)
                return $"The value of {key} holds the control character U+{rune.Value:X4}; only tabs and line feeds are possible."
                    + (rune.Value == '\r' ? " It was probably pasted with Windows line ends." : "");
        }
        return HasLoneSurrogate(value.Reveal()) ? $"The value of {key} is not valid Unicode text." : null;
    }

    private static byte[] Write(IEnumerable<KeyValuePair<string, Secret>> variables, Func<string, string, string> line)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in variables.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (FindProblem(key, value) is { } problem)
                throw new UserErrorException(problem + " Change the variable, then deploy again.");
            text.Append(line(key, value.Reveal()));
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return true;
        }
        return false;
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"[""\\$`]")]
    private static partial Regex NeedsEscape();
}
