using Slipway.Rig;

namespace Slipway.SystemTests.Operating;

/// <summary>A PostgreSQL database as the first version made it, with a row in each table: two nodes that start at once bring it forward, and the rows are kept.</summary>
public sealed class MigrationTests
{
    private const string Database = "slipway";

    // All numbers are 1, so that each row refers to those there are.
    private const string Fill =
        """
        DO $$
        DECLARE t record; names text; made text;
        BEGIN
            SET LOCAL session_replication_role = replica;
            FOR t IN SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> '__EFMigrationsHistory' LOOP
                SELECT string_agg(format('%I', column_name), ', '), string_agg(CASE
                    WHEN data_type IN ('integer', 'bigint', 'smallint') THEN '1'
                    WHEN data_type = 'boolean' THEN 'true'
                    WHEN data_type LIKE 'timestamp%' THEN quote_literal('2026-01-02 03:04:05+00')
                    WHEN data_type = 'ARRAY' THEN quote_literal('{old}')
                    WHEN data_type = 'bytea' THEN quote_literal('\x01')
                    WHEN data_type LIKE '%json%' THEN quote_literal('{}')
                    ELSE quote_literal(left(column_name || ' of old', coalesce(character_maximum_length, 100))) END, ', ')
                INTO names, made FROM information_schema.columns WHERE table_schema = 'public' AND table_name = t.table_name;
                EXECUTE format('INSERT INTO %I (%s) OVERRIDING SYSTEM VALUE VALUES (%s)', t.table_name, names, made);
            END LOOP;
            CREATE TABLE kept (name text, row jsonb);
            FOR t IN SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT IN ('__EFMigrationsHistory', 'kept') LOOP
                EXECUTE format('INSERT INTO kept SELECT %L, to_jsonb(r) FROM %I r', t.table_name, t.table_name);
            END LOOP;
        END $$;
        """;

    // Each row that was kept aside is still in its table, perhaps with more columns.
    private const string Compare =
        """
        CREATE FUNCTION lost() RETURNS SETOF text AS $$
        DECLARE k record; found boolean;
        BEGIN
            FOR k IN SELECT * FROM kept LOOP
                EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I r WHERE to_jsonb(r) @> $1)', k.name) INTO found USING k.row;
                IF NOT found THEN RETURN NEXT k.name; END IF;
            END LOOP;
        END $$ LANGUAGE plpgsql;
        SELECT count(*) || ' kept, lost: ' || coalesce((SELECT string_agg(lost, ', ') FROM lost()), 'none') FROM kept;
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RowsOfTheFirstSchema_AreKept_WhenTwoNodesStartAtOnce()
    {
        await using var postgres = await TemporaryPostgres.StartAsync(Cancel);
        var connection = await postgres.CreateDatabaseAsync(Database, Cancel);
        var schema = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Operating", "first-schema.postgres.sql"), Cancel);
        await postgres.RunSqlAsync(Database, schema, Cancel);
        await postgres.RunSqlAsync(Database, Fill, Cancel);
        var data = Directory.CreateTempSubdirectory("slipway-old-");
        await File.WriteAllBytesAsync(Path.Combine(data.FullName, "master.key"), new byte[32], Cancel);
        var settings = new Dictionary<string, string>
        {
            ["Slipway__Database__Provider"] = "postgresql",
            ["Slipway__Database__ConnectionString"] = connection,
            ["Slipway__MasterKeyFile"] = Path.Combine(data.FullName, "master.key"),
        };
        var directories = new[] { data.CreateSubdirectory("one"), data.CreateSubdirectory("two") };

        var nodes = await Task.WhenAll(directories.Select(directory => SlipwayServer.StartAsync(directory, 0, settings, Cancel)));

        foreach (var node in nodes)
            await node.DisposeAsync();
        var result = await postgres.ReadAsync(Database, Compare, Cancel);
        data.Delete(recursive: true);
        Assert.Matches(@"\A\d{2,} kept, lost: none\z", result);
    }
}
