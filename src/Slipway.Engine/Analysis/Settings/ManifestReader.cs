using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Engine.Analysis.Settings;

internal static partial class ManifestReader
{
    public const string Path = ".cloud66/manifest.yml";
    private const int DefaultLength = 10;
    private const int MaxLength = 200;

    private static readonly string[] ApplicationTypes = ["rails", "rack", "sinatra", "padrino"];

    public static Manifest Read(string text, string environment, Remarks remarks)
    {
        var root = YamlFile.TryRead(Path, text, out var mistake);
        if (mistake is not null)
            remarks.Problems.Add(mistake);
        if (root is null)
            return Manifest.None;
        if (root is not YamlMap document)
        {
            remarks.Problems.Add($"{Path}, line {root.Line}: expected a mapping of environments (production: ...), found {root.Kind}.");
            return Manifest.None;
        }

        var section = document.Map(environment);
        var variables = new Dictionary<string, ManifestVariable>(StringComparer.Ordinal);
        ReadVariables(document["environment_variables"], variables, remarks);
        ReadVariables(section?["environment_variables"], variables, remarks);
        var configurations = ApplicationTypes.Select(type => section?.Map(type)?.Map("configuration")).OfType<YamlMap>().ToList();
        return new Manifest
        {
            EnvironmentVariables = [.. variables.Values],
            RubyVersion = configurations.Select(map => map.Text("ruby_version")).FirstOrDefault(value => value is not null),
            AssetPrecompile = Flag(configurations, "asset_pipeline_precompile", remarks),
            InitialSchemaLoad = Flag(configurations, "do_initial_db_schema_load", remarks),
        };
    }

    private static bool? Flag(List<YamlMap> configurations, string name, Remarks remarks)
    {
        var node = configurations.Select(map => map[name]).FirstOrDefault(value => value is not null);
        if (node is null or YamlText { IsNull: true })
            return null;
        if (node is YamlText { AsBoolean: { } value })
            return value;
        remarks.Problems.Add($"{Path}, line {node.Line}: {name} expects true or false.");
        return null;
    }

    private static void ReadVariables(YamlNode? node, Dictionary<string, ManifestVariable> variables, Remarks remarks)
    {
        if (node is null or YamlText { IsNull: true })
            return;
        // Both "KEY: value" and a list of "- KEY: value" are seen in the wild.
        var maps = node is YamlList list ? list.Items.OfType<YamlMap>().ToList() : node is YamlMap single ? [single] : [];
        if (maps.Count == 0)
            remarks.Problems.Add($"{Path}, line {node.Line}: environment_variables expects a mapping (KEY: value), found {node.Kind}.");
        foreach (var (name, value) in maps.SelectMany(map => map.Entries))
        {
            if (!NamePattern().IsMatch(name))
                remarks.Problems.Add($"{Path}, line {value.Line}: \"{name}\" is not a name for an environment variable; use letters, digits and _.");
            else if (value is not YamlText text)
                remarks.Problems.Add($"{Path}, line {value.Line}: the environment variable {name} expects a text, found {value.Kind}.");
            else
                variables[name] = Variable(name, text);
        }
    }

    private static ManifestVariable Variable(string name, YamlText text)
    {
        var match = GeneratePattern().Match(text.Value);
        if (!match.Success)
            return new ManifestVariable(name, text.IsNull ? "" : text.Value, null);
        var length = match.Groups[1].Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : DefaultLength;
        return new ManifestVariable(name, null, Math.Clamp(length, 1, MaxLength));
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,254}$")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^AUTO_GENERATE(?:_(\d{1,6}))?$")]
    private static partial Regex GeneratePattern();
}
