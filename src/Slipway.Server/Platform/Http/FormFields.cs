using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace Slipway.Server.Platform.Http;

/// <summary>Fields of forms and query strings as trees: <c>a[b]=c</c> is an object, <c>a[]=b&amp;a[]=c</c> a list.</summary>
internal static class FormFields
{
    private const int MaxDepth = 8;

    public static void Merge(JsonObject into, IEnumerable<KeyValuePair<string, StringValues>> fields)
    {
        var tree = new JsonObject();
        foreach (var (key, values) in fields)
            foreach (var value in values)
                Put(tree, Split(key), value);
        Merge(into, tree);
    }

    /// <summary>Adds what is not there yet.</summary>
    public static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (name, value) in from)
            if (!into.ContainsKey(name))
                into[name] = value?.DeepClone();
    }

    private static void Put(JsonObject tree, string[] path, string? value)
    {
        var parent = tree;
        for (var i = 0; i < path.Length - 1; i++)
        {
            var isList = path[i + 1].Length == 0;
            if (isList && i + 2 == path.Length)
            {
                Child(parent, path[i], () => new JsonArray()).Add(value);
                return;
            }
            parent = Child(parent, path[i], () => new JsonObject());
        }
        parent.TryAdd(path[^1], value);
    }

    private static T Child<T>(JsonObject parent, string name, Func<T> make)
        where T : JsonNode
    {
        if (parent[name] is null)
            parent[name] = make();
        return parent[name] as T ?? throw new BadHttpRequestException($"{name} is used both as a value and as a list or map.");
    }

    private static string[] Split(string key)
    {
        var open = key.IndexOf('[', StringComparison.Ordinal);
        if (open <= 0 || !key.EndsWith(']'))
            return [key];
        string[] parts = [key[..open], .. key[(open + 1)..^1].Split("][")];
        return parts.Length <= MaxDepth ? parts : throw new BadHttpRequestException("A field's name is nested too deeply.");
    }
}
