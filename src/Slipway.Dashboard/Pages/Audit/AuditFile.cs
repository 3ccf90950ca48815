using System.Globalization;
using Microsoft.AspNetCore.Http;
using Slipway.Contracts;
using Slipway.Contracts.Audit;
using Slipway.Dashboard.Pages.Accounts;

namespace Slipway.Dashboard.Pages.Audit;

/// <summary>The audit trail of the current account as a file.</summary>
internal static class AuditFile
{
    public static async Task WriteAsync(
        string format, string? who, string? what, string? stack, string? since, string? until,
        SlipwayClient slipway, HttpResponse response, CancellationToken cancellationToken)
    {
        var account = await CurrentAccount.FindAsync(slipway);
        using var file = await slipway.Audit.ExportAsync(account?.Id ?? 0, Filter(who, what, stack, since, until), format, cancellationToken);
        response.ContentType = file.Content.Headers.ContentType?.ToString();
        response.Headers.ContentDisposition = file.Content.Headers.ContentDisposition?.ToString();
        await file.Content.CopyToAsync(response.Body, cancellationToken);
    }

    /// <summary>What the form on the page asks for: days, both included.</summary>
    public static AuditFilter Filter(string? who, string? what, string? stack, string? since, string? until) =>
        new(who?.Trim(), what, stack, Day(since), Day(until)?.AddDays(1));

    private static DateTimeOffset? Day(string? text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) && day.Year < 9999 ? day : null;
}
