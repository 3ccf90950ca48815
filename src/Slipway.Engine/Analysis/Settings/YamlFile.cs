using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Slipway.Engine.Analysis.Settings;

/// <summary>
/// Reads a YAML file that a stranger wrote: from the parser's events instead of the library's object model, which recurses without
/// limit into nesting and aliases.
/// </summary>
internal sealed class YamlFile
{
    public const int MaxLength = 256 * 1024;
    private const int MaxDepth = 40;
    private const int MaxNodes = 50_000;

    private readonly Parser _parser;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlFile(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>The first document; null and no mistake for an empty file.</summary>
    public static YamlNode? TryRead(string path, string text, out string? mistake)
    {
        mistake = text.Length > MaxLength ? $"{path}: the file is larger than {MaxLength / 1024} KB." : null;
        if (mistake is not null)
            return null;
        var file = new YamlFile(text);
        try
        {
            file._parser.Consume<StreamStart>();
            if (!file._parser.TryConsume<DocumentStart>(out _))
                return null;
            var root = file.Read(0);
            return root is YamlText { IsNull: true } ? null : root;
        }
        catch (YamlException exception)
        {
            mistake = $"{path}, line {exception.Start.Line}: {Plain(exception)}";
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The parser of the library ends like this on some broken files instead of saying where.
            mistake = $"{path}, line {Line(file._parser.Current?.Start ?? Mark.Empty)}: this is not valid YAML.";
            return null;
        }
    }

    private YamlNode Read(int depth)
    {
        var start = _parser.Current?.Start ?? Mark.Empty;
        if (depth > MaxDepth || ++_nodes > MaxNodes)
            throw new YamlException(start, start, "the file is nested too deeply or too large");
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.GetValueOrDefault(alias.Value.Value)
                ?? throw new YamlException(alias.Start, alias.End, $"there is no anchor &{alias.Value.Value} above this alias");
        }

        if (_parser.TryConsume<Scalar>(out var scalar))
            return Remember(scalar.Anchor, new YamlText(scalar.Value, scalar.Style is ScalarStyle.Plain, Line(scalar.Start)));
        if (_parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new List<YamlNode>();
            while (!_parser.TryConsume<SequenceEnd>(out _))
                items.Add(Read(depth + 1));
            return Remember(sequence.Anchor, new YamlList(items, Line(sequence.Start)));
        }

        var mapping = _parser.Consume<MappingStart>();
        return Remember(mapping.Anchor, new YamlMap(ReadEntries(depth), Line(mapping.Start)));
    }

    private Dictionary<string, YamlNode> ReadEntries(int depth)
    {
        var entries = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        var merged = new List<YamlMap>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = Read(depth + 1);
            if (key is not YamlText { Value: var name })
                throw new YamlException(new Mark(0, key.Line, 1), new Mark(0, key.Line, 1), "the key is not a text");
            var value = Read(depth + 1);
            if (name is "<<")
                merged.AddRange(value is YamlList list ? list.Items.OfType<YamlMap>() : value is YamlMap map ? [map] : []);
            else if (!entries.TryAdd(name, value))
                throw new YamlException(new Mark(0, key.Line, 1), new Mark(0, key.Line, 1), $"\"{name}\" stands here twice");
        }

        foreach (var (name, value) in merged.SelectMany(map => map.Entries))
        {
            if (entries.TryAdd(name, value) && ++_nodes > MaxNodes)
                throw new YamlException("the file is too large");
        }

        return entries;
    }

    private YamlNode Remember(AnchorName anchor, YamlNode node)
    {
        if (!anchor.IsEmpty)
            _anchors[anchor.Value] = node;
        return node;
    }

    private static int Line(Mark mark) => (int)mark.Line;

    private static string Plain(YamlException exception)
    {
        var message = exception.InnerException?.Message ?? exception.Message;
        var detail = message[(message.LastIndexOf("): ", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0)..].TrimEnd('.');
        return $"this is not valid YAML: {detail}.";
    }
}
