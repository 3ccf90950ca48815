using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Server;
using Slipway.Server.Accounts;
using Slipway.Server.Actions;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Data;
using Slipway.Server.ServerGroups;
using Slipway.Server.Servers;
using Slipway.Server.Stacks;

namespace Slipway.Bench.Api;

/// <summary>Fills a database with statements that make many rows at once. What a row needs beyond the interesting is made up by its type.</summary>
internal sealed class Seed(DirectoryInfo data, IReadOnlyDictionary<string, string> settings)
{
    private const int ServersPerStack = 2;
    private const int StacksPerAccount = 100;

    public async Task RunAsync(string firstUid, int stacks, int deployments, CancellationToken cancellationToken)
    {
        await using var services = Open(data, settings);
        await using var db = await services.GetRequiredService<IDbContextFactory<AppDb>>().CreateDbContextAsync(cancellationToken);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        var hex = db.Database.IsNpgsql() ? "lpad(to_hex(n.i), 32, '0')" : "printf('%032x', n.i)";
        string Numbers(int count) => $"(WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < {count}) SELECT i FROM series) n";
        string Text(string prefix) => $"'{prefix}' || n.i";

        // Stacks are copies of the first one, so that what they hold is as the API made it.
        var copied = db.Model.FindEntityType(typeof(Stack))!.GetProperties().Where(property => !property.IsPrimaryKey())
            .ToDictionary(property => property.GetColumnName(), property => $"s.\"{property.GetColumnName()}\"");
        foreach (var unique in new[] { nameof(Stack.Uid), nameof(Stack.HookKey) })
            copied[unique] = hex;
        foreach (var unique in new[] { nameof(Stack.Name), nameof(Stack.Slug), nameof(Stack.HostLabel) })
            copied[unique] = Text("stack");
        var accounts = (stacks + StacksPerAccount - 1) / StacksPerAccount;
        await InsertAsync<Account>(
            db, new() { ["OwnerId"] = "s.\"OwnerId\"", ["Name"] = Text("account") }, $"\"Accounts\" s, {Numbers(accounts)} WHERE n.i < {accounts}", cancellationToken);
        copied["AccountId"] = $"s.\"AccountId\" + n.i % {accounts}";
        await InsertAsync<Stack>(db, copied, $"\"Stacks\" s, {Numbers(stacks - 1)} WHERE s.\"Uid\" = '{firstUid}'", cancellationToken);

        await InsertAsync<ServerGroup>(db, new() { ["StackId"] = "s.\"Id\"", ["Name"] = "'Rails Server'", ["Type"] = "'rails'" }, "\"Stacks\" s", cancellationToken);
        await InsertAsync<Machine>(
            db,
            new() { ["AccountId"] = "s.\"AccountId\"", ["Address"] = "'192.0.2.' || n.i || '.' || s.\"Id\"", ["UserName"] = "'root'", ["Port"] = "22" },
            $"\"Stacks\" s, {Numbers(ServersPerStack)}",
            cancellationToken);
        await InsertAsync<Server.Servers.Server>(
            db,
            new()
            {
                ["StackId"] = "s.\"Id\"", ["ServerGroupId"] = "g.\"Id\"", ["MachineId"] = "m.\"Id\"", ["Roles"] = "'web'",
                ["Uid"] = "'server' || m.\"Id\"", ["Name"] = "'Lion' || m.\"Id\"",
            },
            "\"Stacks\" s JOIN \"ServerGroups\" g ON g.\"StackId\" = s.\"Id\""
                + " JOIN \"Machines\" m ON m.\"AccountId\" = s.\"AccountId\" AND m.\"Address\" IN ('192.0.2.1.' || s.\"Id\", '192.0.2.2.' || s.\"Id\")",
            cancellationToken);
        if (deployments == 0)
            return;
        await InsertAsync<StackAction>(
            db,
            new() { ["StackId"] = "s.\"Id\"", ["ResourceId"] = "s.\"Id\"", ["Kind"] = "'deploy'", ["FinishedAt"] = "s.\"CreatedAt\"" },
            $"\"Stacks\" s, {Numbers(deployments / stacks)}",
            cancellationToken);
        await InsertAsync<Deployment>(
            db,
            new() { ["StackId"] = "s.\"StackId\"", ["ActionId"] = "s.\"Id\"" }, "\"Actions\" s WHERE s.\"Kind\" = 'deploy'", cancellationToken);
        var live = "UPDATE \"Deployments\" SET \"IsLive\" = TRUE WHERE \"Id\" IN (SELECT MAX(\"Id\") FROM \"Deployments\" GROUP BY \"StackId\")";
        await db.Database.ExecuteSqlRawAsync(live, cancellationToken);
        await db.Database.ExecuteSqlRawAsync("ANALYZE", cancellationToken);
    }

    /// <summary>The server's own way to its database.</summary>
    public static ServiceProvider Open(DirectoryInfo data, IReadOnlyDictionary<string, string> settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value)));
        builder.Configuration["Slipway:DataDirectory"] = data.FullName;
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddDatabase();
        return builder.Services.BuildServiceProvider();
    }

    private static Task InsertAsync<T>(AppDb db, Dictionary<string, string> values, string source, CancellationToken cancellationToken)
    {
        var type = db.Model.FindEntityType(typeof(T))!;
        var columns = type.GetProperties().Where(property => !property.IsPrimaryKey())
            .ToDictionary(property => property.GetColumnName(), property => values.GetValueOrDefault(property.GetColumnName()) ?? Anything(property));
        var sql = $"INSERT INTO \"{type.GetTableName()}\" ({string.Join(", ", columns.Keys.Select(name => $"\"{name}\""))}) SELECT {string.Join(", ", columns.Values)} FROM {source}";
        return db.Database.ExecuteSqlRawAsync(sql, cancellationToken);
    }

    private static string Anything(IProperty property) => property.ClrType switch
    {
        _ when property.IsNullable => "NULL",
        var type when type == typeof(string) => "''",
        var type when type == typeof(bool) => "FALSE",
        var type when type == typeof(DateTimeOffset) => "s.\"CreatedAt\"",
        _ => "0",
    };
}
