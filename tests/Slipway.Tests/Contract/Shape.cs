using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Tests.Contract;

/// <summary>
/// Compares JSON with a sample that holds the name of a type in each place. What is not in the sample may be there too: the contract may grow.
/// </summary>
internal static class Shape
{
    private static readonly Dictionary<string, string> TimeFormats = new()
    {
        ["time"] = "yyyy-MM-dd'T'HH:mm:ss'Z'",
        ["offset"] = "yyyy-MM-dd'T'HH:mm:ss'+00:00'",
        ["ruby"] = "yyyy-MM-dd HH:mm:ss 'UTC'",
    };

    public static IEnumerable<string> Differences(JsonNode? actual, JsonNode sample, string path = "") => sample switch
    {
        JsonObject fields when actual is JsonObject found => fields.SelectMany(field => found.TryGetPropertyName(field.Key, out var value)
            ? Differences(value, field.Value!, $"{path}.{field.Key}")
            : [$"{path}.{field.Key} is missing"]),
        JsonArray items when actual is JsonArray found => found.SelectMany((item, i) => Differences(item, items[0]!, $"{path}[{i}]")),
        JsonValue type when Fits(actual, type.GetValue<string>()) => [],
        _ => [$"{path} is {actual?.ToJsonString() ?? "null"} and not {sample.ToJsonString()}"],
    };

    private static bool TryGetPropertyName(this JsonObject node, string name, out JsonNode? value)
    {
        value = node[name];
        return node.ContainsKey(name);
    }

    private static bool Fits(JsonNode? actual, string type)
    {
        if (type == "any")
            return true;
        if (actual is null)
            return type.EndsWith('?');
        var kind = actual.GetValueKind();
        return type.TrimEnd('?') switch
        {
            "string" => kind is JsonValueKind.String,
            "int" => kind is JsonValueKind.Number && long.TryParse(actual.ToJsonString(), CultureInfo.InvariantCulture, out _),
            "bool" => kind is JsonValueKind.True or JsonValueKind.False,
            var format => kind is JsonValueKind.String && DateTimeOffset.TryParseExact(
                actual.GetValue<string>(), TimeFormats[format], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        };
    }
}
