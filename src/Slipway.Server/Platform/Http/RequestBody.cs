using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Fields = System.Collections.Generic.IEnumerable<System.Collections.Generic.KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>>;

namespace Slipway.Server.Platform.Http;

/// <summary>Reads the body of any verb as JSON or as a form, by what it holds: clients often name the wrong type, or none.</summary>
internal static class RequestBody
{
    private const int MaxBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static async Task MergeAsync(JsonObject into, HttpRequest request, CancellationToken cancellationToken)
    {
        var body = WithoutMark(await ReadAsync(request, cancellationToken));
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return;
        if (LooksLikeJson(body.Span) || !(IsMultipart(request) || body.Span.Contains((byte)'=')))
            FormFields.Merge(into, Parse(body));
        else
            FormFields.Merge(into, IsMultipart(request) ? await ReadFormAsync(request, body, cancellationToken) : await ReadFieldsAsync(body, cancellationToken));
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength == 0 || (request.ContentLength is null && !CanHaveBody(request)))
            return [];
        if (request.ContentLength > MaxBytes)
            throw TooLarge();
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int count;
        while ((count = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + count > MaxBytes)
                throw TooLarge();
            buffer.Write(chunk, 0, count);
        }
        return buffer.ToArray();
    }

    private static bool CanHaveBody(HttpRequest request) =>
        request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;

    private static BadHttpRequestException TooLarge() =>
        new("A request's body may have at most 1 MiB.", StatusCodes.Status413PayloadTooLarge);

    private static Task<Fields> ReadFormAsync(HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        request.Body = new MemoryStream(body.ToArray());
        return RefuseBrokenAsync(() => request.ReadFormAsync(cancellationToken));
    }

    private static Task<Fields> ReadFieldsAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        RefuseBrokenAsync(async () =>
        {
            using var reader = new FormReader(Encoding.UTF8.GetString(body.Span));
            return await reader.ReadFormAsync(cancellationToken);
        });

    private static async Task<Fields> RefuseBrokenAsync<T>(Func<Task<T>> read)
        where T : Fields
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new BadHttpRequestException("The form cannot be read: " + exception.Message, exception);
        }
    }

    private static bool IsMultipart(HttpRequest request) => request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) =>
        body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;

    private static bool LooksLikeJson(ReadOnlySpan<byte> body) => body.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];

    /// <summary>Nothing for the JSON null, which clients without parameters send.</summary>
    private static JsonObject Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            ReadTexts(document.RootElement);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Null => [],
                JsonValueKind.Object => (JsonObject)JsonNode.Parse(body.Span, documentOptions: Strict)!,
                _ => throw new BadHttpRequestException("The body must be a JSON object or a form."),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new BadHttpRequestException("The body is neither valid JSON nor a form: " + exception.Message, exception);
        }
    }

    /// <summary>Texts are decoded when they are read; half a surrogate pair fails only then.</summary>
    private static void ReadTexts(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
            _ = element.GetString();
        else if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray())
                ReadTexts(item);
        else if (element.ValueKind == JsonValueKind.Object)
            foreach (var property in element.EnumerateObject())
            {
                _ = property.Name;
                ReadTexts(property.Value);
            }
    }
}
