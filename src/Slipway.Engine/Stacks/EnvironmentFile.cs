using System.Text;

namespace Slipway.Engine.Stacks;

/// <summary>Variables as files, exact for any value without NUL.</summary>
internal static class EnvironmentFile
{
    /// <summary>Lines that sh sources. Within single quotes only the quote itself means anything.</summary>
    public static byte[] ForShell(IEnumerable<KeyValuePair<string, Secret>> variables) => Lines(
        variables, (key, value) => $"export {key}='{value.Replace("'", "'\\''", StringComparison.Ordinal)}'");

    /// <summary>Lines of systemd's EnvironmentFile=. Within double quotes backslash, quote, dollar and backquote are escaped.</summary>
    public static byte[] ForUnit(IEnumerable<KeyValuePair<string, Secret>> variables) => Lines(variables, (key, value) =>
    {
        var quoted = new StringBuilder($"{key}=\"");
        foreach (var character in value)
        {
            if (character is '"' or '\\' or '$' or '`')
                quoted.Append('\\');
            quoted.Append(character);
        }
        return quoted.Append('"').ToString();
    });

    private static byte[] Lines(IEnumerable<KeyValuePair<string, Secret>> variables, Func<string, string, string> line)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in variables.OrderBy(variable => variable.Key, StringComparer.Ordinal))
            text.Append(line(key, value.Reveal())).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
