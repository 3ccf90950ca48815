using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Data.Moving;

namespace Slipway.Server.Setup;

/// <summary>Backs up, restores and moves Slipway's own database.</summary>
internal static class DatabaseCommand
{
    public static Command Create(IServiceProvider services)
    {
        var file = new Argument<string>("file") { Description = "The backup." };
        var backup = new Command("backup", "Write the SQLite database into a new file. The server may run.") { file };
        backup.SetAction((arguments, cancellationToken) =>
            BackUpAsync(services, Path.GetFullPath(arguments.GetRequiredValue(file)), arguments.InvocationConfiguration.Output, cancellationToken));
        var restore = new Command("restore", "Put a backup in the SQLite database's place. The server must be stopped.") { file };
        restore.SetAction((arguments, cancellationToken) =>
            RestoreAsync(services, Path.GetFullPath(arguments.GetRequiredValue(file)), arguments.InvocationConfiguration.Output, cancellationToken));
        var from = new Option<string>("--from") { Description = "The SQLite database to copy.", Required = true };
        var copy = new Command("copy", "Copy a SQLite database into the configured, empty one on PostgreSQL. The server must be stopped.") { from };
        copy.SetAction((arguments, cancellationToken) =>
            CopyAsync(services, Path.GetFullPath(arguments.GetRequiredValue(from)), arguments.InvocationConfiguration.Output, cancellationToken));
        return new("database", "Look after Slipway's own database.") { backup, restore, copy };
    }

    private static async Task<int> BackUpAsync(IServiceProvider services, string file, TextWriter output, CancellationToken cancellationToken)
    {
        if (services.GetRequiredService<InstanceLock>().DatabaseFile is not { } database)
            return await RefuseAsync(output, $"The records are in PostgreSQL. Back them up with: pg_dump --format=custom --file={Path.GetFileName(file)} DATABASE");
        if (!File.Exists(database))
            return await RefuseAsync(output, $"There is no database at {database}.");
        if (File.Exists(file))
            return await RefuseAsync(output, $"{file} exists. Name a new file.");
        await SqliteFile.BackUpAsync(SqliteFile.Existing(database), file, cancellationToken);
        await SqliteFile.CheckAsync(file, cancellationToken);
        await output.WriteLineAsync($"{file} has {new FileInfo(file).Length} bytes. Keep the master key, {services.GetRequiredService<MasterKey>().FilePath}, in another place.");
        return 0;
    }

    private static async Task<int> RestoreAsync(IServiceProvider services, string file, TextWriter output, CancellationToken cancellationToken)
    {
        var instance = services.GetRequiredService<InstanceLock>();
        if (instance.DatabaseFile is not { } database)
            return await RefuseAsync(output, $"The records are in PostgreSQL. Restore them with: pg_restore --clean --if-exists --dbname=DATABASE {Path.GetFileName(file)}");
        if (!File.Exists(file))
            return await RefuseAsync(output, $"There is no file {file}.");
        using var held = instance.Take();
        await SqliteFile.CheckAsync(file, cancellationToken);
        var incoming = database + ".incoming";
        File.Delete(incoming);
        await SqliteFile.BackUpAsync(SqliteFile.Existing(file), incoming, cancellationToken);
        var options = new DbContextOptionsBuilder<SqliteAppDb>();
        AppDbSetup.UseSqlite(options, SqliteFile.Existing(incoming), services.GetRequiredService<AppDbParts>());
        await using (var db = new SqliteAppDb(options.Options))
            await services.GetRequiredService<DatabaseStart>().CheckKeyAsync(db, cancellationToken);
        var kept = SqliteFile.PutInPlace(incoming, database, services.GetRequiredService<TimeProvider>().GetUtcNow());
        await output.WriteLineAsync($"{database} is what {file} was. {(kept is null ? "" : $"What was there before is kept as {kept}.")}");
        return 0;
    }

    private static async Task<int> CopyAsync(IServiceProvider services, string file, TextWriter output, CancellationToken cancellationToken)
    {
        if (services.GetRequiredService<IOptions<DatabaseOptions>>().Value.Provider != DatabaseOptions.Postgres)
            return await RefuseAsync(output, "Set Slipway:Database:Provider to postgresql and Slipway:Database:ConnectionString to the new database first; that is where the copy goes.");
        if (!File.Exists(file))
            return await RefuseAsync(output, $"There is no file {file}.");
        using var held = InstanceLock.Take(file);
        var copied = await ActivatorUtilities.CreateInstance<DatabaseCopy>(services).RunAsync(file, cancellationToken);
        foreach (var (table, rows) in copied)
            await output.WriteLineAsync($"{rows,10} {table}");
        await output.WriteLineAsync("All is copied.");
        return 0;
    }

    private static async Task<int> RefuseAsync(TextWriter output, string problem)
    {
        await output.WriteLineAsync(problem);
        return 1;
    }
}
