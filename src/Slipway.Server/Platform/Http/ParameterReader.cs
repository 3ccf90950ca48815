using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Slipway.Contracts;

namespace Slipway.Server.Platform.Http;

/// <summary>Makes records of the contract from parameters as clients write them: numbers as text, 1 and "true" for true, lists as text.</summary>
internal static class ParameterReader
{
    // By reflection: generated code sets what is absent to null or 0 instead of leaving it at its default.
    public static readonly JsonSerializerOptions Options = new(SlipwayJson.Default.Options)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        RespectNullableAnnotations = true,
    };

    public static object Read(JsonObject values, JsonTypeInfo type)
    {
        Prepare(values, type, "");
        try
        {
            return values.Deserialize(type) ?? throw new BadHttpRequestException("The parameters are empty.");
        }
        catch (JsonException exception)
        {
            var name = exception.Path?.TrimStart('$', '.') is { Length: > 0 } path ? path : "The body";
            throw new BadHttpRequestException($"{name} has a value of the wrong kind.", exception);
        }
    }

    private static void Prepare(JsonObject values, JsonTypeInfo type, string prefix)
    {
        foreach (var property in type.Properties.Where(property => property.Set is not null || property.AssociatedParameter is not null))
        {
            var name = prefix + property.Name;
            var value = values[property.Name];
            if (IsEmpty(value) && !IsRequired(property))
                values.Remove(property.Name);
            else if (value is null)
                throw new BadHttpRequestException($"{name} is missing.");
            else
                values[property.Name] = Fit(value.DeepClone(), property.PropertyType, name);
        }
    }

    private static JsonNode Fit(JsonNode value, Type type, string name)
    {
        var kind = value.GetValueKind();
        var isNumberOrBool = kind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;
        if (type == typeof(string))
            return isNumberOrBool ? JsonValue.Create(value.ToJsonString()) : value;
        if (type == typeof(bool) || type == typeof(bool?))
            return JsonValue.Create(ReadBool(value.ToString(), name));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
            return AsMap(value, name);
        if (type != typeof(IReadOnlyList<string>) && !IsList(type))
            return value;
        var list = AsList(value, type, name);
        for (var i = 0; i < list.Count; i++)
            if (list[i] is JsonObject item)
                Prepare(item, Options.GetTypeInfo(type.GetGenericArguments()[0]), $"{name}[{i}].");
        return list;
    }

    // A list may come as JSON, as JSON inside a text, as words, or as a[0][b]=c in a form.
    private static JsonArray AsList(JsonNode value, Type type, string name)
    {
        if (value is JsonArray array)
            return array;
        if (value is JsonObject map)
            return new([.. map.Select(pair => pair.Value?.DeepClone())]);
        if (value.GetValueKind() != JsonValueKind.String)
            throw new BadHttpRequestException($"{name} must be a list.");
        var text = value.ToString();
        if (!text.TrimStart().StartsWith('[') && type == typeof(IReadOnlyList<string>))
            return new([.. text.Split([',', ' ', '+'], StringSplitOptions.RemoveEmptyEntries).Select(word => JsonValue.Create(word))]);
        try
        {
            return JsonNode.Parse(text) as JsonArray ?? throw new BadHttpRequestException($"{name} must be a list.");
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException($"{name} is not a valid list.", exception);
        }
    }

    private static bool ReadBool(string text, string name) =>
        PlainText.TryReadSwitch(text, out var isOn) ? isOn : throw new BadHttpRequestException($"{name} must be true or false.");

    // A map may come as JSON, as JSON inside a text, or as a[b]=c in a form.
    private static JsonObject AsMap(JsonNode value, string name)
    {
        try
        {
            return (value.GetValueKind() == JsonValueKind.String ? JsonNode.Parse(value.ToString()) : value) as JsonObject
                ?? throw new BadHttpRequestException($"{name} must be a map.");
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException($"{name} is not a valid map.", exception);
        }
    }

    private static bool IsEmpty(JsonNode? value) => value is null || (value.GetValueKind() == JsonValueKind.String && value.ToString().Length == 0);

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);

    private static bool IsRequired(JsonPropertyInfo property) => property.AssociatedParameter is { IsMemberInitializer: false } parameter
        ? parameter is { HasDefaultValue: false, IsNullable: false }
        : property.IsRequired;
}
