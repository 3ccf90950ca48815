using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Slipway.Server.Hooks;

/// <summary>What a git host says has happened, as far as a redeployment is concerned.</summary>
internal sealed record PushPayload
{
    private const string BranchPrefix = "refs/heads/";

    /// <summary>The branches that have new commits; null when the call says nothing of branches.</summary>
    public IReadOnlyList<string>? Branches { get; private init; }

    /// <summary>Whether this branch is to be deployed now.</summary>
    public bool Concerns(string branch) => Branches is null || Branches.Contains(branch, StringComparer.Ordinal);

    /// <exception cref="BadHttpRequestException">The body looks like JSON and is none.</exception>
    public static async Task<PushPayload> ReadAsync(byte[] body, string? contentType, CancellationToken cancellationToken)
    {
        var json = await FindJsonAsync(body, contentType, cancellationToken);
        if (json.Length == 0)
            return new();
        try
        {
            using var document = JsonDocument.Parse(json);
            return new() { Branches = BranchesOf(document.RootElement) };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new BadHttpRequestException("The payload is not valid JSON: " + exception.Message, exception);
        }
    }

    // Hosts post JSON, or a form with the JSON in its field payload.
    private static async Task<byte[]> FindJsonAsync(byte[] body, string? contentType, CancellationToken cancellationToken)
    {
        if (contentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true || LooksLikeJson(body))
            return body.AsSpan().Trim(" \t\r\n"u8).ToArray();
        using var reader = new FormReader(new MemoryStream(body)) { ValueLengthLimit = body.Length };
        try
        {
            var fields = await reader.ReadFormAsync(cancellationToken);
            return Encoding.UTF8.GetBytes(fields.TryGetValue("payload", out var payload) ? payload.ToString() : "");
        }
        catch (InvalidDataException exception)
        {
            throw new BadHttpRequestException("The form cannot be read: " + exception.Message, exception);
        }
    }

    private static bool LooksLikeJson(byte[] body) => body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    private static IReadOnlyList<string>? BranchesOf(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return null;
        if (Get(root, "push") is { } push && Get(push, "changes") is { ValueKind: JsonValueKind.Array } changes)
            return [.. changes.EnumerateArray().Select(BitbucketBranch).OfType<string>()];
        if (Get(root, "ref") is not { ValueKind: JsonValueKind.String } reference)
            return null;
        var name = reference.GetString()!;
        return name.StartsWith(BranchPrefix, StringComparison.Ordinal) && !IsDeletion(root) ? [name[BranchPrefix.Length..]] : [];
    }

    // GitHub says so; GitLab names a commit of zeros as the new one.
    private static bool IsDeletion(JsonElement root) => Get(root, "deleted") is { ValueKind: JsonValueKind.True }
        || (Get(root, "after") is { ValueKind: JsonValueKind.String } after && after.GetString() is { Length: > 0 } hash && hash.All(digit => digit == '0'));

    // A branch that was deleted has nothing new.
    private static string? BitbucketBranch(JsonElement change) =>
        Get(change, "new") is { ValueKind: JsonValueKind.Object } now && Get(now, "type") is { ValueKind: JsonValueKind.String } type
            && type.GetString() == "branch" && Get(now, "name") is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;

    private static JsonElement? Get(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
