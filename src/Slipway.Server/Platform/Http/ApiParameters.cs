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
        return new(values);
    }

    /// <summary>Fills a record of the contract.</summary>
    /// <exception cref="BadHttpRequestException">A parameter is missing or of the wrong kind; the message names it.</exception>
    public T Read<T>()
    {
        var type = ParameterReader.Options.GetTypeInfo(typeof(T));
        return (T)ParameterReader.Read((JsonObject)_values.DeepClone(), type);
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

    public ApiPage Page()
    {
        var number = Whole("page", 1, 1, int.MaxValue);
        var size = Whole("per_page", Pagination.DefaultPerPage, 1, int.MaxValue);
        return new((int)number, (int)Math.Min(size, Pagination.MaxPerPage));
    }
}
