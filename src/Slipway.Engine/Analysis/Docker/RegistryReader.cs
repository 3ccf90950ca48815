using Slipway.Engine.Analysis.Settings;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>Reads the private registry of a definition. Its password is never in the file: that would be in the repository's history for ever.</summary>
internal sealed class RegistryReader(Action<int, string> say)
{
    private static readonly string[] Known = ["url", "username", "password", "email"];

    public RegistryDefinition? Read(YamlNode node)
    {
        // Both a mapping and a list of one are seen in the wild.
        if ((node is YamlList { Items: [var only] } ? only : node) is not YamlMap map)
        {
            say(node.Line, $"repositories expects one registry with url, username and password, found {node.Kind}.");
            return null;
        }
        foreach (var (key, value) in map.Entries.Where(entry => !Known.Contains(entry.Key)))
            say(value.Line, $"repositories has no \"{key}\". Expected {string.Join(", ", Known)}.");
        var (url, username, password) = (Text(map, "url"), Text(map, "username"), Text(map, "password"));
        if (password is not null && ServiceTexts.Variable(password) is null)
        {
            say(map["password"]!.Line, "repositories: password must be _env:NAME. Set that variable of the stack to the password, and change the one that stands here: it is known to all who can read the repository.");
            return null;
        }
        return url is null || username is null || password is null ? null : new(url, username, password);
    }

    private string? Text(YamlMap map, string key)
    {
        if (map[key] is YamlText { IsNull: false } text && text.Value.All(c => c is > ' ' and <= '~') && !text.Value.StartsWith('-'))
            return text.Value;
        say(map[key]?.Line ?? map.Line, $"repositories: {key} expects a text without spaces, or _env:NAME; found {map[key]?.Kind ?? "nothing"}.");
        return null;
    }
}
