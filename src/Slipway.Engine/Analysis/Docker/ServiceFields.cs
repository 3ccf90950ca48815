using Slipway.Engine.Analysis.Settings;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>Options of a service as values, with what is wrong with them told.</summary>
internal sealed class ServiceFields(string service, YamlMap map, Action<int, string> say)
{
    private const int MaxItems = 100;

    /// <summary>A text that becomes a value; null where it is left out or wrong.</summary>
    public string? Checked(string option, Func<string, string?> parse, string expected) =>
        Text(option) is { } text ? parse(text.Value) ?? Refuse<string>(text, option, expected) : null;

    public T? Checked<T>(string option, Func<string, T?> parse, string expected)
        where T : class => Text(option) is { } text ? parse(text.Value) ?? Refuse<T>(text, option, expected) : null;

    public int? Checked(string option, Func<string, int?> parse, string expected)
    {
        if (Text(option) is not { } text)
            return null;
        if (parse(text.Value) is { } value)
            return value;
        say(text.Line, Expected(option, expected, text.Value));
        return null;
    }

    public bool Flag(string option, bool byDefault)
    {
        if (map[option] is null or YamlText { IsNull: true })
            return byDefault;
        if (map[option] is YamlText { AsBoolean: { } value })
            return value;
        say(map[option]!.Line, $"{service}: {option} expects true or false.");
        return byDefault;
    }

    /// <summary>A command as its arguments: written as a line, or as a list.</summary>
    public IReadOnlyList<string> Command(string option)
    {
        var arguments = map[option] is YamlList
            ? Each(option, text => text, "an argument")
            : Checked(option, CommandLine.Split, "a command with its quotes closed") ?? [];
        // Everybody on the server can read the arguments of processes.
        if (arguments.FirstOrDefault(text => ServiceTexts.Variable(text) is not null) is { } variable)
            say(map[option]!.Line, $"{service}: {option} has {variable}, but variables are not for command lines. Put it into environment, and let the command read it from there.");
        return arguments;
    }

    /// <summary>The items of a list; a single text is a list of one.</summary>
    public IReadOnlyList<T> Each<T>(string option, Func<string, T?> parse, string? expected)
        where T : class => Each(option, node => parse(node.Value) ?? Refuse<T>(node, option, expected ?? "a text"));

    public IReadOnlyList<T> Each<T>(string option, Func<YamlText, T?> parse)
        where T : class
    {
        var node = map[option];
        if (node is null or YamlText { IsNull: true })
            return [];
        var items = node is YamlList list ? list.Items : node is YamlText ? [node] : [];
        if (node is YamlMap || items.Count > MaxItems)
            say(node.Line, $"{service}: {option} expects a list of at most {MaxItems}, found {node.Kind}.");
        List<T> values = [];
        foreach (var item in items.Take(MaxItems))
        {
            if (item is not YamlText { IsNull: false } text || HasControls(text))
                say(item.Line, $"{service}: {option} expects texts, found {item.Kind}.");
            else if (parse(text) is { } value)
                values.Add(value);
        }
        return values;
    }

    private YamlText? Text(string option)
    {
        switch (map[option])
        {
            case null or YamlText { IsNull: true }:
                return null;
            case YamlText text when !HasControls(text):
                return text;
            case var node:
                say(node.Line, $"{service}: {option} expects a text on one line, found {(node is YamlText ? "control characters" : node.Kind)}.");
                return null;
        }
    }

    private T? Refuse<T>(YamlText text, string option, string expected)
        where T : class
    {
        say(text.Line, Expected(option, expected, text.Value));
        return null;
    }

    private string Expected(string option, string expected, string found) => $"{service}: {option} expects {expected}; found \"{found}\".";

    private static bool HasControls(YamlText text) => text.Value.Any(c => char.IsControl(c) && c is not '\t');
}
