using Microsoft.EntityFrameworkCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Slipway.Server.OAuth;

/// <summary>
/// Clears away codes, the consents made for them alone, and tokens of applications, a day after they ended. Until then the second use of a
/// code is noticed.
/// </summary>
internal sealed partial class SpentCodes(IDbContextFactory<AppDb> contexts, TimeProvider time, ILogger<SpentCodes> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        var limit = (time.GetUtcNow() - Kept).UtcDateTime;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.WriteAsync(
            async cancel =>
            {
                await db.AuthorizationCodes.Where(code => code.ExpirationDate < limit).ExecuteDeleteAsync(cancel);
                await db.Authorizations
                    .Where(one => one.Type == AuthorizationTypes.AdHoc && one.CreationDate < limit && one.Tokens.Count == 0)
                    .ExecuteDeleteAsync(cancel);
                // They have ended already, which their entries say: nobody loses anything by it.
                var ended = time.GetUtcNow() - Kept;
                await db.AccessTokens.Where(token => token.ApplicationId != null && token.ExpiresAt < ended).ExecuteDeleteAsync(cancel);
            },
            cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ClearAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailure(exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Spent codes could not be cleared away; the next try is in an hour")]
    private partial void LogFailure(Exception exception);
}
