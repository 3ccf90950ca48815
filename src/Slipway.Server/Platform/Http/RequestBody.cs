using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Server.Platform.Http;

/// <summary>Reads the body of any verb as JSON or as a form, by what it holds: clients often name the wrong type, or none.</summary>
internal static class RequestBody
{
    private const int MaxBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static async Task MergeAsync(JsonObject into, HttpRequest request, CancellationToken cancellationToken)
    {
        if (await ReadAsync(request, cancellationToken) is not { Length: > 0 } body)
            return;
        var isForm = request.HasFormContentType;
        if (!LooksLikeJson(body) && isForm)
            FormFields.Merge(into, await ReadFormAsync(request, body, cancellationToken));
        else if (Parse(body) is JsonObject values)
            FormFields.Merge(into, values);
        else
            throw new BadHttpRequestException("The body must be a JSON object or a form.");
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength == 0 || (request.ContentLength is null && !CanHaveBody(request)))
            return [];
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int count;
        while ((count = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + count > MaxBytes)
                throw new BadHttpRequestException("A request's body may have at most 1 MiB.", StatusCodes.Status413PayloadTooLarge);
            buffer.Write(chunk, 0, count);
        }
        return buffer.ToArray();
    }

    private static bool CanHaveBody(HttpRequest request) =>
        request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;

    private static async Task<IFormCollection> ReadFormAsync(HttpRequest request, byte[] body, CancellationToken cancellationToken)
    {
        request.Body = new MemoryStream(body);
        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw new BadHttpRequestException("The form cannot be read: " + exception.Message, exception);
        }
    }

    private static bool LooksLikeJson(byte[] body) => body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];

    private static JsonNode? Parse(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            ReadTexts(document.RootElement);
            return JsonNode.Parse(body, documentOptions: Strict);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new BadHttpRequestException("The body is not valid JSON: " + exception.Message, exception);
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
                ReadTexts(property.Value);
    }
}
