using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;

namespace Slipway.Server.Platform.Auth;

/// <summary>Writes down when tokens were last used, once a minute and all in one go, so that no request waits for it.</summary>
internal sealed partial class TokenUses(IDbContextFactory<AppDb> contexts, TimeProvider time, ILogger<TokenUses> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<int, DateTimeOffset> _uses = new();

    public void Note(int tokenId) => _uses[tokenId] = time.GetUtcNow();

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var uses = _uses.ToArray();
        if (uses.Length == 0)
            return;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.WriteAsync(
            async token =>
            {
                foreach (var (id, usedAt) in uses)
                    await db.AccessTokens.Where(row => row.Id == id)
                        .ExecuteUpdateAsync(row => row.SetProperty(one => one.LastUsedAt, usedAt), token);
            },
            cancellationToken);
        foreach (var use in uses)
            _uses.TryRemove(use);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await FlushAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailure(exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The times at which tokens were last used could not be written; they are kept for the next try")]
    private partial void LogFailure(Exception exception);
}
