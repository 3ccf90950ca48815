using Npgsql;

namespace Slipway.Server.Platform.Data.Connections;

/// <summary>How PostgreSQL is connected to.</summary>
internal static class PostgresConnection
{
    // Nothing but the database is awaited inside a transaction, so one that is idle belongs to a node that is paused or cut off. What it has locked would
    // keep all others from taking over.
    private const string EndIdleTransactions = "-c idle_in_transaction_session_timeout=3000";

    /// <summary>Null when it cannot be read.</summary>
    public static NpgsqlConnectionStringBuilder? Parse(string? text)
    {
        try
        {
            return new(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return null;
        }
    }

    /// <param name="configuration">Has the connection string, checked elsewhere.</param>
    /// <param name="purpose">What PostgreSQL shows as the application's name, unless the connection string has one.</param>
    public static string Text(IConfiguration configuration, string purpose)
    {
        var settings = Parse(configuration[$"{DatabaseOptions.Section}:ConnectionString"]) ?? new();
        settings.ApplicationName ??= purpose;
        settings.Options = $"{settings.Options} {EndIdleTransactions}".TrimStart();
        return settings.ConnectionString;
    }
}
