using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Data.Connections;

namespace Slipway.Server.Platform.Data;

/// <summary>Which database Slipway keeps its records in. Section <c>Slipway:Database</c>.</summary>
internal sealed class DatabaseOptions
{
    public const string Section = "Slipway:Database";
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgresql";

    /// <summary>sqlite, which needs no service, or postgresql.</summary>
    public string Provider { get; set; } = Sqlite;

    /// <summary>Needed for postgresql. For sqlite by default the file <c>slipway.db</c> in the data directory.</summary>
    public string? ConnectionString { get; set; }
}

internal sealed class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, DatabaseOptions options) => options switch
    {
        { Provider: DatabaseOptions.Sqlite } => ValidateOptionsResult.Success,
        { Provider: DatabaseOptions.Postgres, ConnectionString: { Length: > 0 } text } when PostgresConnection.Parse(text) is null => ValidateOptionsResult.Fail(
            "Slipway:Database:ConnectionString cannot be read. It must be like Host=db;Database=slipway;Username=slipway."),
        { Provider: DatabaseOptions.Postgres, ConnectionString: { Length: > 0 } } => ValidateOptionsResult.Success,
        { Provider: DatabaseOptions.Postgres } => ValidateOptionsResult.Fail(
            "Slipway:Database:ConnectionString is empty. With the provider postgresql it must say where the database is, like Host=db;Database=slipway;Username=slipway."),
        _ => ValidateOptionsResult.Fail(
            $"Slipway:Database:Provider is '{options.Provider}'. It must be {DatabaseOptions.Sqlite} or {DatabaseOptions.Postgres}."),
    };
}
