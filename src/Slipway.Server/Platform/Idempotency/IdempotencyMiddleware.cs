using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Platform.Idempotency;

/// <summary>
/// A POST with an Idempotency-Key is done once, however often it comes: the same key and request get the same answer. The key is stored with what
/// the request changes, in one transaction, so a crash in between does not do it twice either.
/// </summary>
internal sealed class IdempotencyMiddleware(RequestDelegate next, TimeProvider time)
{
    public const string Header = "Idempotency-Key";
    public const string ReplayedHeader = "Idempotent-Replayed";
    public const int MaxKey = 255;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    public async Task InvokeAsync(HttpContext context, Caller caller, AppDb db, Origin origin)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || !caller.IsKnown || request.Headers[Header].ToString() is not { Length: > 0 } key)
        {
            await next(context);
            return;
        }
        if (key.Length > MaxKey || key.Any(character => character is < ' ' or > '~'))
        {
            await ApiProblem.BadRequest($"{Header} must have 1 to {MaxKey} printable ASCII characters.").ExecuteAsync(context);
            return;
        }
        var cancellationToken = context.RequestAborted;
        var fingerprint = await FingerprintAsync(request, caller, cancellationToken);
        var oldest = time.GetUtcNow() - Kept;
        if (await db.IdempotentRequests.AsNoTracking().FirstOrDefaultAsync(
            row => row.UserId == caller.UserId && row.Key == key && row.CreatedAt >= oldest, cancellationToken) is { } known)
        {
            await RepeatAsync(context, db, known, fingerprint);
            return;
        }
        await db.IdempotentRequests.Where(row => row.CreatedAt < oldest).ExecuteDeleteAsync(cancellationToken);
        origin.Repeatable = new() { UserId = caller.UserId, Key = key, Fingerprint = fingerprint, CreatedAt = time.GetUtcNow() };
        // A client that does not wait for its answer will ask for it again. Only the deadline of calls ends this one.
        context.RequestAborted = context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken ?? CancellationToken.None;
        await AnswerAsync(context, db, origin);
    }

    private static async Task RepeatAsync(HttpContext context, AppDb db, IdempotentRequest known, string fingerprint)
    {
        if (known.Fingerprint != fingerprint)
            await ApiProblem.Conflict($"This {Header} was used for another request. Choose a new one.").ExecuteAsync(context);
        else if (known.Answer is not { } answer)
            await (await LostAnswer.FindAsync(context, db, known)).ExecuteAsync(context);
        else
        {
            context.Response.StatusCode = known.Status!.Value;
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.Headers[ReplayedHeader] = "true";
            await context.Response.WriteAsync(answer.Reveal(), context.RequestAborted);
        }
    }

    // What was refused may be sent again when its cause is gone. What was done is remembered, also where it changed nothing, as when it joined what waits.
    private async Task AnswerAsync(HttpContext context, AppDb db, Origin origin)
    {
        var (row, stream) = (origin.Repeatable!, context.Response.Body);
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = stream;
        }
        if (origin.IsRepeatableStored || context.Response.StatusCode is >= 200 and < 300)
        {
            // What attempts left behind that lost against others must not be saved with it.
            db.ChangeTracker.Clear();
            origin.Repeatable = null;
            await db.WriteAsync(KeepAsync, CancellationToken.None);
        }
        answer.Position = 0;
        await answer.CopyToAsync(stream, context.RequestAborted);

        async Task KeepAsync(CancellationToken token)
        {
            var text = new Secret(Encoding.UTF8.GetString(answer.GetBuffer().AsSpan(0, (int)answer.Length)));
            // Another request may have used the key at the same time.
            var known = await db.IdempotentRequests.FirstOrDefaultAsync(one => one.UserId == row.UserId && one.Key == row.Key, token);
            if (known is not null && known.Fingerprint != row.Fingerprint)
                return;
            if (known is null)
                db.Add(known = new() { UserId = row.UserId, Key = row.Key, Fingerprint = row.Fingerprint, CreatedAt = row.CreatedAt });
            (known.Status, known.Answer) = (context.Response.StatusCode, text);
            await db.SaveChangesAsync(token);
        }
    }

    private static async Task<string> FingerprintAsync(HttpRequest request, Caller caller, CancellationToken cancellationToken)
    {
        request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{caller.AccountId}\n{request.Path}\n{request.QueryString}\n"));
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            hash.AppendData(buffer, 0, count);
        request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
