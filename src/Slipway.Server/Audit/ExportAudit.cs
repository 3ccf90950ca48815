using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Audit;

/// <summary>Writes entries out as they are read, oldest first: comma-separated values for a table, or a JSON object on each line.</summary>
internal static class ExportAudit
{
    private const string Columns = "number,time,who,user_id,via,credential,address,request_id,operation,subject_type,subject,stack,changes,hash";

    public static IResult Handle(int accountId, ApiParameters parameters, AppDb db, CancellationToken cancellationToken)
    {
        var format = parameters.Text("format") ?? "csv";
        var entries = AuditEndpoints.Find(db, accountId, parameters).OrderBy(entry => entry.Number).AsAsyncEnumerable();
        return format switch
        {
            "csv" => Results.Stream(body => WriteAsync(body, entries, ToCsv, Columns, cancellationToken), "text/csv; charset=utf-8", $"audit-{accountId}.csv"),
            "jsonl" => Results.Stream(body => WriteAsync(body, entries, ToJson, null, cancellationToken), "application/jsonl", $"audit-{accountId}.jsonl"),
            _ => ApiProblem.BadRequest("format must be csv or jsonl."),
        };
    }

    private static async Task WriteAsync(
        Stream body, IAsyncEnumerable<AuditEntry> entries, Func<AuditEntry, string> line, string? head, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(body, leaveOpen: true) { NewLine = "\r\n" };
        if (head is not null)
            await writer.WriteLineAsync(head.AsMemory(), cancellationToken);
        await foreach (var entry in entries.WithCancellation(cancellationToken))
            await writer.WriteLineAsync(line(entry).AsMemory(), cancellationToken);
    }

    private static string ToJson(AuditEntry entry) => JsonSerializer.Serialize(AuditEndpoints.ToRecord(entry), SlipwayJson.Default.AuditEntry);

    private static string ToCsv(AuditEntry entry) => string.Join(',', new[]
    {
        entry.Number.ToString(CultureInfo.InvariantCulture), entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        entry.Who, entry.UserId?.ToString(CultureInfo.InvariantCulture), entry.Via, entry.Credential, entry.Address, entry.RequestId, entry.Operation,
        entry.SubjectType, entry.Subject, entry.StackUid, entry.Changes, entry.Hash,
    }.Select(Cell));

    // Spreadsheets take what begins like a formula for one.
    private static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var safe = "=+-@\t\r".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
        return $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
