namespace Slipway.Engine.Analysis.Settings;

/// <summary>A piece of a YAML file and the line it stands on, so that mistakes can be shown where they are.</summary>
internal abstract class YamlNode(int line)
{
    public int Line => line;

    /// <summary>What people call it: "a text", "a list", "a mapping".</summary>
    public abstract string Kind { get; }
}

internal sealed class YamlText(string value, bool isPlain, int line) : YamlNode(line)
{
    public string Value => value;

    /// <summary>Nothing stands there: "key:".</summary>
    public bool IsNull => isPlain && value is "" or "~" or "null";

    public bool? AsBoolean => isPlain
        ? value.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" => true,
            "false" or "no" or "off" => false,
            _ => null,
        }
        : null;

    public override string Kind => IsNull ? "nothing" : "a text";
}

internal sealed class YamlList(IReadOnlyList<YamlNode> items, int line) : YamlNode(line)
{
    public IReadOnlyList<YamlNode> Items => items;

    public override string Kind => "a list";
}

internal sealed class YamlMap(IReadOnlyDictionary<string, YamlNode> entries, int line) : YamlNode(line)
{
    public IReadOnlyDictionary<string, YamlNode> Entries => entries;

    public override string Kind => "a mapping";

    public YamlNode? this[string key] => entries.GetValueOrDefault(key);

    public YamlMap? Map(string key) => this[key] as YamlMap;

    public string? Text(string key) => this[key] is YamlText { IsNull: false } text ? text.Value : null;
}
