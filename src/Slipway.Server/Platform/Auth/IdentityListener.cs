using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.Platform.Auth;

/// <summary>
/// Hears from PostgreSQL, whose triggers tell it, which tokens and people were changed by any node. It asks often whether the line still
/// stands; when it does not, the cache is not used.
/// </summary>
internal sealed partial class IdentityListener(
    IOptions<DatabaseOptions> options, Identities identities, CacheTrust trust, TimeProvider time, ILogger<IdentityListener> logger)
    : BackgroundService
{
    /// <summary>Named by the triggers of the migration, too.</summary>
    private const string Channel = "slipway_identity";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private bool _isHearing = true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Once for each time that the line breaks, not for each try to mend it.
                if (_isHearing)
                    LogLost(exception);
                _isHearing = false;
            }
            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.Value.ConnectionString) 
        {
            ApplicationName = "slipway listener",
            CommandTimeout = 1,
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        connection.Notification += (_, notification) => Forget(notification.Payload);
        await connection.OpenAsync(cancellationToken);
        await RunAsync(connection, "LISTEN " + Channel, cancellationToken);
        identities.ForgetAll();
        while (true)
        {
            var asked = time.GetTimestamp();
            await RunAsync(connection, "SELECT 1", cancellationToken);
            trust.HaveHeardAt(asked);
            _isHearing = true;
            await connection.WaitAsync(Pause, cancellationToken);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private void Forget(string payload)
    {
        if (payload.StartsWith("token:", StringComparison.Ordinal))
            identities.ForgetToken(payload["token:".Length..]);
        else if (payload.StartsWith("user:", StringComparison.Ordinal) && int.TryParse(payload["user:".Length..], CultureInfo.InvariantCulture, out var userId))
            identities.ForgetUser(userId);
        else
            identities.ForgetAll();
    }

    [LoggerMessage(LogLevel.Warning, "Changes of tokens and people cannot be heard; until they can be, each request asks the database")]
    private partial void LogLost(Exception exception);
}
