using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;
using Record = Slipway.Contracts.Audit.AuditEntry;

namespace Slipway.Server.Audit;

/// <summary>The trail of an account, for those who own it or manage its people.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        var audit = api.MapGroup("/accounts/{accountId:int}/audit").WithTags("audit")
            .RequireAuthorization(Scopes.Admin).RequirePlace(AccountPlace.ManagesPeople);
        Filters(audit.MapGet("/", List).WithSummary("Lists the audit trail, newest first"));
        Filters(audit.MapGet("/export", ExportAudit.Handle).WithSummary("Gives the audit trail as a file, oldest first"))
            .Takes("format", typeof(string), "csv, or jsonl for a JSON object on each line.");
    }

    private static RouteHandlerBuilder Filters(RouteHandlerBuilder route) => route
            .Takes("who", typeof(string), "E-mail address of a person.").Takes("what", typeof(string), "A kind of thing, or an operation.")
            .Takes("stack", typeof(string), "UID of a stack.").Takes("since", typeof(DateTimeOffset?), "Not before.").Takes("until", typeof(DateTimeOffset?), "Before.");

    public static IQueryable<AuditEntry> Find(AppDb db, int accountId, ApiParameters parameters)
    {
        var entries = db.AuditEntries.AsNoTracking().Where(entry => entry.AccountId == accountId);
        if (parameters.Text("who") is { } who)
            entries = entries.Where(entry => entry.Who == who);
        if (parameters.Text("what") is { } what)
            entries = entries.Where(entry => entry.SubjectType == what || entry.Operation == what);
        if (parameters.Text("stack") is { } stack)
            entries = entries.Where(entry => entry.StackUid == stack);
        if (parameters.Time("since") is { } since)
            entries = entries.Where(entry => entry.Time >= since);
        if (parameters.Time("until") is { } until)
            entries = entries.Where(entry => entry.Time < until);
        return entries;
    }

    public static Record ToRecord(AuditEntry entry) => new()
    {
        Number = entry.Number,
        Time = entry.Time,
        UserId = entry.UserId,
        Who = entry.Who,
        Via = entry.Via,
        Credential = entry.Credential,
        Address = entry.Address,
        RequestId = entry.RequestId,
        Operation = entry.Operation,
        SubjectType = entry.SubjectType,
        Subject = entry.Subject,
        Stack = entry.StackUid,
        Changes = JsonSerializer.Deserialize(entry.Changes, SlipwayJson.Default.IReadOnlyListAuditChange) ?? [],
        Hash = entry.Hash,
    };

    private static Task<Ok<ApiList<Record>>> List(int accountId, ApiParameters parameters, AppDb db, CancellationToken cancellationToken) => Api.ListAsync(
        Find(db, accountId, parameters).OrderByDescending(entry => entry.Number).Select(entry => ToRecord(entry)), parameters.Page(), cancellationToken);
}
