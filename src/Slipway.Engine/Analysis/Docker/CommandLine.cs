using System.Text;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>Splits a command into its arguments as a shell would, without anything else that a shell does.</summary>
internal sealed class CommandLine
{
    private readonly List<string> _arguments = [];
    private StringBuilder? _current;

    private CommandLine()
    {
    }

    /// <summary>The arguments; null when a quote is not closed.</summary>
    public static IReadOnlyList<string>? Split(string text) => new CommandLine().Read(text);

    private List<string>? Read(string text)
    {
        char? quote = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && i + 1 < text.Length && IsEscape(quote, text[i + 1]))
                Add(text[++i]);
            else if (c == quote)
                quote = null;
            else if (quote is null && c is '\'' or '"')
                (quote, _current) = (c, _current ?? new());
            else if (quote is null && char.IsWhiteSpace(c))
                EndArgument();
            else
                Add(c);
        }
        EndArgument();
        return quote is null ? _arguments : null;
    }

    private static bool IsEscape(char? quote, char next) => quote switch
    {
        '\'' => false,
        '"' => next is '"' or '\\' or '$' or '`',
        _ => true,
    };

    private void Add(char c) => (_current ??= new()).Append(c);

    private void EndArgument()
    {
        if (_current is null)
            return;
        _arguments.Add(_current.ToString());
        _current = null;
    }
}
