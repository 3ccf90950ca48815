using System.Globalization;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Audit;

/// <summary>The audit trail of an account, newest first. It needs the scope admin, and a person who owns the account or manages its people.</summary>
public sealed class AuditClient(ApiConnection connection)
{
    public Task<ApiList<AuditEntry>> ListAsync(int account, AuditFilter filter, int page = 1, CancellationToken cancellationToken = default) =>
        connection.GetListAsync<AuditEntry>($"accounts/{account}/audit?page={page}{filter.Query()}", cancellationToken);

    /// <summary>All that fits the filter, oldest first, as <c>csv</c> or <c>jsonl</c>.</summary>
    public Task<HttpResponseMessage> ExportAsync(int account, AuditFilter filter, string format, CancellationToken cancellationToken = default) =>
        connection.OpenAsync($"accounts/{account}/audit/export?format={Uri.EscapeDataString(format)}{filter.Query()}", cancellationToken);
}

/// <summary>Which entries are wanted; what is absent does not matter.</summary>
/// <param name="Who">E-mail address of a person.</param>
/// <param name="What">A kind of thing like stack, or an operation.</param>
/// <param name="Stack">Uid of a stack.</param>
/// <param name="Since">Not before.</param>
/// <param name="Until">Before.</param>
public sealed record AuditFilter(
    string? Who = null, string? What = null, string? Stack = null, DateTimeOffset? Since = null, DateTimeOffset? Until = null)
{
    /// <summary>As further parts of a query string.</summary>
    public string Query() => Part("who", Who) + Part("what", What) + Part("stack", Stack) + Part("since", Text(Since)) + Part("until", Text(Until));

    private static string Part(string name, string? value) => string.IsNullOrEmpty(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
