using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Data.Keys;

namespace Slipway.Server.Platform.Data;

/// <summary>Brings the database to this version's shape and makes sure that the master key belongs to it.</summary>
internal sealed class DatabaseStart(IDbContextFactory<AppDb> contexts, IOptions<DataOptions> options, MasterKey key, SecretBox secrets)
{
    private const string Known = "slipway";
    private const long MigrationLock = 0x736c6970776179;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        MakeDirectory(options.Value.DataDirectory);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await MigrateAsync(db, cancellationToken);
        if (await ReadCheckAsync(db, cancellationToken) is { } check)
            Verify(check);
        else
            await BeginAsync(db, cancellationToken);
        new ProtectionKeys(contexts).Adopt(new(Path.Combine(options.Value.DataDirectory, "keys")));
    }

    /// <summary>For commands beside the server: changes nothing, and says what is missing.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await CheckAsync(db, cancellationToken);
    }

    public async Task CheckAsync(AppDb db, CancellationToken cancellationToken)
    {
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
            throw new StartException("There is no database of this version of Slipway. Check Slipway:DataDirectory, and start the server once.");
        await CheckKeyAsync(db, cancellationToken);
    }

    /// <summary>Whether this version and this master key can work with a database, after migrating it perhaps.</summary>
    public async Task CheckKeyAsync(AppDb db, CancellationToken cancellationToken)
    {
        await RefuseNewerAsync(db, cancellationToken);
        Verify(await ReadCheckAsync(db, cancellationToken) ?? throw new StartException("The database was never used. Start the server once."));
    }

    private static Task<string?> ReadCheckAsync(AppDb db, CancellationToken cancellationToken) => db.Installation
        .Where(value => value.Name == InstallationValue.KeyCheck).Select(value => value.Value).FirstOrDefaultAsync(cancellationToken);

    public static async Task MigrateAsync(AppDb db, CancellationToken cancellationToken)
    {
        // Asking first spares most starts a comparison of whole models.
        if (db.Database.GetMigrations().Count() == await RefuseNewerAsync(db, cancellationToken))
            return;
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            // Of two nodes that start at once one would take what the other one does for missing. The lock ends with its connection.
            if (db.Database.IsNpgsql())
                await AskAsync(db, $"SELECT pg_advisory_lock({MigrationLock})", cancellationToken);
            await db.Database.MigrateAsync(cancellationToken);
            if (db.Database.IsNpgsql())
                await AskAsync(db, $"SELECT pg_advisory_unlock({MigrationLock})", cancellationToken);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static async Task AskAsync(AppDb db, string sql, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<int> RefuseNewerAsync(AppDb db, CancellationToken cancellationToken)
    {
        var known = db.Database.GetMigrations().ToHashSet();
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToHashSet();
        if (applied.FirstOrDefault(migration => !known.Contains(migration)) is { } newer)
            throw new StartException(
                $"The database was changed by a newer Slipway than this one: it has {newer}. Start that version again, or restore the backup from before the upgrade.");
        return applied.Count;
    }

    public static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly);
    }

    private async Task BeginAsync(AppDb db, CancellationToken cancellationToken)
    {
        if (key.IsNew)
            await key.SaveAsync(cancellationToken);
        db.Installation.Add(new() { Name = InstallationValue.KeyCheck, Value = secrets.Seal(new(Known)) });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsConflict(exception))
        {
            // Another node began in the same moment, and its key counts.
            Verify((await ReadCheckAsync(db, cancellationToken))!);
        }
    }

    private void Verify(string sealedCheck)
    {
        if (key.IsNew)
            throw new StartException(
                $"The master key file {key.FilePath} is missing, and the secrets in the database cannot be read without it. "
                + "Restore it from your backup, or say where it is with Slipway:MasterKeyFile.");
        try
        {
            secrets.Open(sealedCheck);
        }
        catch (CryptographicException exception)
        {
            throw new StartException(
                $"The master key file {key.FilePath} belongs to another database. Restore the right one from your backup.", exception);
        }
    }
}
