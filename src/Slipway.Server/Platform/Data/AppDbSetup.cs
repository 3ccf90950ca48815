using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Data.Connections;
using Slipway.Server.Platform.Data.Moving;
using Slipway.Server.Platform.Data.Storage;

namespace Slipway.Server.Platform.Data;

/// <summary>The database, by provider.</summary>
internal static class AppDbSetup
{
    // Each keeps three files open and some pages of the database in memory.
    private const int MaxKeptConnections = 128;

    public static WebApplicationBuilder AddDatabase(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DataOptions>().BindConfiguration(DataOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsValidator>();
        services.AddSingleton(provider => MasterKey.Load(provider.GetRequiredService<IOptions<DataOptions>>().Value.MasterKeyPath));
        services.AddSingleton(provider => new SecretBox(provider.GetRequiredService<MasterKey>().Derive("database")));
        services.AddSingleton(provider => new AuditChain(provider.GetRequiredService<MasterKey>().Derive("audit")));
        services.AddSingleton<StorageState>();
        services.AddSingleton<StorageProbe>();
        services.AddHostedService(provider => provider.GetRequiredService<StorageProbe>());
        services.AddSingleton<AppDbParts>();
        services.AddSingleton<DatabaseStart>();
        services.AddSingleton<InstanceLock>();

        if (builder.Configuration[$"{DatabaseOptions.Section}:Provider"] == DatabaseOptions.Postgres)
            services.AddPostgres(PostgresConnection.Text(builder.Configuration, "slipway"));
        else
            services.AddSqlite();
        services.AddScoped<Origin>();
        services.AddScoped(provider =>
        {
            var db = provider.GetRequiredService<IDbContextFactory<AppDb>>().CreateDbContext();
            db.BeginUse(provider.GetRequiredService<Origin>());
            return db;
        });
        return builder;
    }

    public static void UseSqlite(DbContextOptionsBuilder options, string connectionString, AppDbParts parts) =>
        options.UseSqlite(connectionString)
            .AddInterceptors(new SqliteConnectionSetup(), new PreparedReads())
            .ReplaceService<IRelationalConnection, KeptConnection>()
            .UseAppDb(parts);

    public static void UsePostgres(DbContextOptionsBuilder options, string connectionString, AppDbParts parts) =>
        options.UseNpgsql(connectionString).UseAppDb(parts);

    private static void UseAppDb(this DbContextOptionsBuilder options, AppDbParts parts)
    {
        options.AddInterceptors(new StorageWatch(parts.Storage));
        // Damage beyond the first row is met when the rows are read, and interceptors do not see that.
        options.LogTo((happened, _) => happened == CoreEventId.QueryIterationFailed, data => parts.Storage.Report(((IErrorEventData)data).Exception));
        options.ReplaceService<IModelCacheKeyFactory, SecretModelCacheKeyFactory>();
        ((IDbContextOptionsBuilderInfrastructure)options).AddOrUpdateExtension(new AppDbExtension(parts));
    }

    private static void AddSqlite(this IServiceCollection services)
    {
        services.AddSingleton(new WriteGate(isOpenToSaves: false));
        services.AddPooledDbContextFactory<SqliteAppDb>(
            (provider, options) => UseSqlite(options, SqliteConnectionString(provider), provider.GetRequiredService<AppDbParts>()),
            MaxKeptConnections);
        services.AddSingleton<IDbContextFactory<AppDb>, AppDbFactory<SqliteAppDb>>();
    }

    private static void AddPostgres(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(new WriteGate(isOpenToSaves: true));
        services.AddPooledDbContextFactory<PostgresAppDb>((provider, options) => UsePostgres(options, connectionString, provider.GetRequiredService<AppDbParts>()));
        services.AddSingleton<IDbContextFactory<AppDb>, AppDbFactory<PostgresAppDb>>();
    }

    private static string SqliteConnectionString(IServiceProvider provider) => SqliteFile.ConnectionString(
        provider.GetRequiredService<IOptions<DatabaseOptions>>().Value, provider.GetRequiredService<IOptions<DataOptions>>().Value);

    private sealed class AppDbFactory<TContext>(IDbContextFactory<TContext> inner) : IDbContextFactory<AppDb>
        where TContext : AppDb
    {
        public AppDb CreateDbContext() => Begin(inner.CreateDbContext());

        public async Task<AppDb> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            Begin(await inner.CreateDbContextAsync(cancellationToken));

        private static TContext Begin(TContext context)
        {
            context.BeginUse(new());
            return context;
        }
    }
}
