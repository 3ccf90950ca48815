using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Slipway.Server.Platform.Limits;

/// <summary>
/// Counts requests in memory and adds them to the database once a second, so that all nodes together exceed a person's limit by at most a
/// second of traffic and no request waits for a write.
/// </summary>
internal sealed class RateLimits(IDbContextFactory<AppDb> contexts, TimeProvider time, IOptions<RateLimitOptions> options)
{
    private const int SecondsPerHour = 3600;
    private const int KeptHours = 24;
    private const int MaxAddresses = 100_000;
    private static readonly IPAddress Anybody = IPAddress.Any;

    private readonly ConcurrentDictionary<int, RequestWindow> _users = new();
    private readonly ConcurrentDictionary<IPAddress, RequestWindow> _addresses = new();
    private int _cleanedHour;

    private int Hour => (int)(time.GetUtcNow().ToUnixTimeSeconds() / SecondsPerHour);

    public TimeSpan UntilNextHour => TimeSpan.FromSeconds(SecondsPerHour - (time.GetUtcNow().ToUnixTimeSeconds() % SecondsPerHour));

    /// <summary>The person's window; the first request of an hour looks up what others have counted, also before a restart.</summary>
    public ValueTask<RequestWindow> OfUserAsync(int userId, CancellationToken cancellationToken) =>
        _users.TryGetValue(userId, out var window) && window.Hour == Hour ? new(window) : new(OpenAsync(userId, Hour, cancellationToken));

    public RequestWindow OfAddress(IPAddress? address)
    {
        var (key, hour) = (Network(address), Hour);
        if (_addresses.TryGetValue(key, out var window) && window.Hour == hour)
            return window;
        // Whoever has many addresses must not fill the memory with them.
        if (_addresses.Count >= MaxAddresses)
            key = Anybody;
        return Renew(_addresses, key, new(hour, options.Value.AnonymousRequestsPerHour, shared: 0));
    }

    /// <summary>Adds what this node has counted to the database, and learns what the others have.</summary>
    public async Task ShareAsync(CancellationToken cancellationToken)
    {
        var hour = Hour;
        var news = _users.Where(pair => pair.Value.Hour == hour && pair.Value.Pending > 0).ToDictionary(pair => pair.Key, pair => pair.Value.Pending);
        if (news.Count > 0 || _cleanedHour != hour)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var sums = await db.WriteAsync(cancel => AddAsync(db, news, hour, cancel), cancellationToken);
            foreach (var (userId, sum) in sums)
                if (_users.TryGetValue(userId, out var window) && window.Hour == hour)
                    window.Share(sum, news[userId]);
            _cleanedHour = hour;
        }
        Forget(_users, hour);
        Forget(_addresses, hour);
    }

    private async Task<Dictionary<int, int>> AddAsync(AppDb db, Dictionary<int, int> news, int hour, CancellationToken cancellationToken)
    {
        if (_cleanedHour != hour)
            await db.RequestCounts.Where(row => row.Hour < hour - KeptHours).ExecuteDeleteAsync(cancellationToken);
        var rows = await db.RequestCounts.Where(row => news.Keys.Contains(row.UserId) && row.Hour == hour)
            .ToDictionaryAsync(row => row.UserId, cancellationToken);
        foreach (var (userId, count) in news)
        {
            if (!rows.TryGetValue(userId, out var row))
                db.RequestCounts.Add(rows[userId] = row = new() { UserId = userId, Hour = hour });
            row.Count += count;
        }
        return rows.ToDictionary(pair => pair.Key, pair => pair.Value.Count);
    }

    private async Task<RequestWindow> OpenAsync(int userId, int hour, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var known = await db.RequestCounts.Where(row => row.UserId == userId && row.Hour == hour).Select(row => row.Count)
            .FirstOrDefaultAsync(cancellationToken);
        return Renew(_users, userId, new(hour, options.Value.RequestsPerHour, known));
    }

    private static RequestWindow Renew<TKey>(ConcurrentDictionary<TKey, RequestWindow> windows, TKey key, RequestWindow fresh)
        where TKey : notnull => windows.AddOrUpdate(key, fresh, (_, old) => old.Hour == fresh.Hour ? old : fresh);

    private static void Forget<TKey>(ConcurrentDictionary<TKey, RequestWindow> windows, int hour)
        where TKey : notnull
    {
        foreach (var pair in windows)
            if (pair.Value.Hour < hour)
                windows.TryRemove(pair);
    }

    private static IPAddress Network(IPAddress? address)
    {
        if (address is null)
            return Anybody;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new(bytes);
    }
}
