using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Contracts;
using Slipway.Contracts.Http;

namespace Slipway.Server.Platform.Http;

/// <summary>
/// The parameters of a request wherever they stand: route, query, JSON body or form body, on every verb. Where two places name the same
/// one, the first of these wins. An empty optional parameter counts as absent.
/// </summary>
internal sealed class ApiParameters
{
    private readonly JsonObject _values;

    private ApiParameters(JsonObject values) => _values = values;

    /// <summary>Called by the framework for handlers that take this type.</summary>
    public static async ValueTask<ApiParameters> BindAsync(HttpContext context)
    {
        var values = new JsonObject();
        foreach (var (name, value) in context.Request.RouteValues)
            values[name] = value?.ToString();
        FormFields.Merge(values, context.Request.Query);
        await RequestBody.MergeAsync(values, context.Request, context.RequestAborted);
        RefuseUnreadable(values);
        return new(values);
    }

    /// <summary>Fills a record of the contract.</summary>
    /// <exception cref="BadHttpRequestException">A parameter is missing or of the wrong kind; the message names it.</exception>
    public T Read<T>(params (string Name, string? Value)[] overrides)
    {
        var type = ParameterReader.Options.GetTypeInfo(typeof(T));
        var values = (JsonObject)_values.DeepClone();
        foreach (var (name, value) in overrides)
            values[name] = value;
        return (T)ParameterReader.Read(values, type);
    }

    public string? Text(string name) => _values[name] switch
    {
        null => null,
        JsonValue value when value.ToString() is var text => text.Length == 0 ? null : text,
        _ => throw new BadHttpRequestException($"{name} must be a single value."),
    };

    public long Whole(string name, long fallback, long minimum, long maximum)
    {
        if (Text(name) is not { } text)
            return fallback;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number
            : throw new BadHttpRequestException($"{name} must be a whole number from {minimum} to {maximum}.");
    }

    /// <summary>Whether an optional switch is on; absent means off.</summary>
    public bool Flag(string name) => Switch(name, fallback: false);

    public bool Switch(string name, bool fallback)
    {
        if (Text(name) is not { } text)
            return fallback;
        return PlainText.TryReadSwitch(text, out var isOn) ? isOn : throw new BadHttpRequestException($"{name} must be true or false, or 1 or 0.");
    }

    /// <summary>A time in any ISO 8601 form.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new BadHttpRequestException($"{name} must be a time like 2026-01-31T12:00:00Z.");
    }

    /// <summary>The part of a list that is asked for; lists of short items may have larger pages.</summary>
    public ApiPage Page(int defaultSize = Pagination.DefaultPerPage, int maxSize = Pagination.MaxPerPage)
    {
        var number = Whole("page", 1, 1, int.MaxValue);
        var size = Whole("per_page", defaultSize, 1, int.MaxValue);
        return new((int)number, (int)Math.Min(size, maxSize));
    }

    // No text that Slipway keeps or looks up holds a NUL, and PostgreSQL cannot even compare with one. Bytes that are not UTF-8
    // arrive as the replacement character.
    private static void RefuseUnreadable(JsonObject values)
    {
        foreach (var (name, value) in values)
            if (Texts(value).Append(name).Any(text => text.AsSpan().ContainsAny('\0', '\uFFFD')))
                throw new BadHttpRequestException($"{name} must be valid UTF-8 without NUL.");
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(pair => Texts(pair.Value).Append(pair.Key)),
        JsonArray list => list.SelectMany(Texts),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };
}
