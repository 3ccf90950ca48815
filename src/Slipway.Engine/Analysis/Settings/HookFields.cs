using System.Text.RegularExpressions;

namespace Slipway.Engine.Analysis.Settings;

/// <summary>Reads the fields of one hook and reports those that are not as expected.</summary>
internal sealed partial class HookFields(YamlMap map, Action<int, string> say)
{
    public static readonly IReadOnlyList<string> Targets = ["any", "rails", "sinatra", "padrino", "rack", "mysql", "postgresql", "mongodb", "redis"];

    private static readonly string[] Common = ["target", "execute", "apply_during", "halt_on_error", "run_on", "run_as", "sudo"];
    private static readonly string[] OfScripts = ["destination", "parse", "owner"];

    public static string KeyOf(HookKind kind) => kind switch
    {
        HookKind.Snippet => "snippet",
        HookKind.Command => "command",
        _ => "source",
    };

    public void RefuseUnknown(HookKind kind)
    {
        string[] known = [KeyOf(kind), .. Common, .. kind is HookKind.Script ? OfScripts : []];
        foreach (var (name, node) in map.Entries.Where(entry => !known.Contains(entry.Key)))
            say(node.Line, $"a {KeyOf(kind)} hook has no field \"{name}\". Its fields are: {string.Join(", ", known)}.");
    }

    public string? Text(string name)
    {
        if (map[name] is null)
            return null;
        if (map[name] is YamlText { IsNull: false, Value.Length: > 0 } text)
        {
            if (!text.Value.Any(c => char.IsControl(c) && c is not ('\n' or '\t')))
                return text.Value;
            say(text.Line, $"{name} must not contain control characters.");
            return null;
        }

        say(map[name]!.Line, $"{name} expects a text, found {map[name]!.Kind}.");
        return null;
    }

    public bool Flag(string name, bool byDefault)
    {
        if (map[name] is null or YamlText { IsNull: true })
            return byDefault;
        if (map[name] is YamlText { AsBoolean: { } value })
            return value;
        say(map[name]!.Line, $"{name} expects true or false.");
        return byDefault;
    }

    public string Choice(string name, string byDefault, IReadOnlyList<string> choices)
    {
        if (map[name] is null or YamlText { IsNull: true })
            return byDefault;
        if (map[name] is YamlText text && choices.Contains(text.Value))
            return text.Value;
        say(map[name]!.Line, $"{name} expects one of {string.Join(", ", choices)}.");
        return byDefault;
    }

    public string? UserName(string name)
    {
        var value = Text(name);
        if (value is null || (name is "owner" ? OwnerPattern() : UserPattern()).IsMatch(value))
            return value;
        say(map[name]!.Line, $"{name} expects the name of a user on the server, such as deploy{(name is "owner" ? " or deploy:www-data" : "")}.");
        return null;
    }

    [GeneratedRegex("^[a-z_][a-z0-9_-]{0,31}$")]
    private static partial Regex UserPattern();

    [GeneratedRegex("^[a-z_][a-z0-9_-]{0,31}(:[a-z_][a-z0-9_-]{0,31})?$")]
    private static partial Regex OwnerPattern();
}
