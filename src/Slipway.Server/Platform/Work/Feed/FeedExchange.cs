using System.Globalization;
using Npgsql;

namespace Slipway.Server.Platform.Work.Feed;

/// <summary>
/// Carries signals of news between the nodes by LISTEN and NOTIFY. News come in bursts, so a node tells of an action once for all that came since it last told
/// of any; who cannot hear looks by itself.
/// </summary>
internal sealed partial class FeedExchange(string connectionString, ActionFeed feed, TimeProvider time, ILogger<FeedExchange> logger) : BackgroundService
{
    private const string Channel = "slipway_action";
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(RepeatAsync(TellAsync, stoppingToken), RepeatAsync(HearAsync, stoppingToken));

    private async Task RepeatAsync(Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(stoppingToken);
                await work(connection, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogLost(exception);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task TellAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        while (await feed.Outgoing.WaitToReadAsync(cancellationToken))
        {
            HashSet<int> told = [];
            while (feed.Outgoing.TryRead(out var actionId))
                told.Add(actionId);
            await using var command = new NpgsqlCommand("SELECT pg_notify($1, id::text) FROM unnest($2) id", connection)
            {
                Parameters = { new() { Value = $"{Channel}" }, new() { Value = told.ToArray() } },
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
            await Task.Delay(Rest, time, cancellationToken);
        }
    }

    private async Task HearAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        connection.Notification += (_, news) =>
        {
            if (int.TryParse(news.Payload, CultureInfo.InvariantCulture, out var actionId))
                feed.SignalHere(actionId);
        };
        await using (var command = new NpgsqlCommand("LISTEN " + Channel, connection))
            await command.ExecuteNonQueryAsync(cancellationToken);
        while (true)
            await connection.WaitAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "News of actions cannot be exchanged with other nodes; readers look by themselves meanwhile")]
    private partial void LogLost(Exception exception);
}
