using System.Security.Cryptography;
using System.Text;

namespace Slipway.Engine.Commands;

/// <summary>PostgreSQL's statements and files. Statements go through standard input, and no password is in them, only what verifies it.</summary>
internal static class PostgresCommands
{
    private const string Begin = "# Slipway: begin";
    private const string End = "# Slipway: end";
    private const int Iterations = 4096;

    /// <summary>A cluster goes without an address that is not there yet, and does not look again: so it starts once the network is there.</summary>
    public const string UnitPath = "/etc/systemd/system/postgresql@.service.d/slipway.conf";

    public static IReadOnlyList<string> ListClusters { get; } = ["pg_lsclusters", "--no-header"];

    public static IReadOnlyList<string> Psql(int port) =>
        ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", $"--port={port}", "--dbname=postgres", "--file=-"];

    /// <summary>Makes the role and the database where they are missing, prints what it made, and sets the password anew.</summary>
    public static string CreateDatabase(string role, Secret password, string database)
    {
        var (hasNoRole, hasNoDatabase) = (
            $"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {Literal(role)})",
            $"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {Literal(database)})");
        var createRole = $"CREATE ROLE {Identifier(role)}";
        // A cluster that was made on a machine without a locale is SQL_ASCII: so the encoding is always said.
        var createDatabase = $"CREATE DATABASE {Identifier(database)} OWNER {Identifier(role)} TEMPLATE template0 "
            + "ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'";
        return $"""
            SET standard_conforming_strings = on;
            SET client_min_messages = warning;
            SELECT {Literal($"Made the role {role}")} {hasNoRole};
            SELECT {Literal(createRole)} {hasNoRole} \gexec
            ALTER ROLE {Identifier(role)} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {Literal(Verifier(role, password))};
            SELECT {Literal($"Made the database {database}")} {hasNoDatabase};
            SELECT {Literal(createDatabase)} {hasNoDatabase} \gexec
            REVOKE ALL ON DATABASE {Identifier(database)} FROM PUBLIC;

            """;
    }

    /// <summary>Lets nobody in as the role any more. With data the database goes too, and the role with it, which owns nothing then.</summary>
    public static string RemoveDatabase(string role, string database, bool withData)
    {
        var close = $"ALTER ROLE {Identifier(role)} NOLOGIN PASSWORD NULL";
        var lines = $"""
            SET standard_conforming_strings = on;
            SELECT {Literal(close)} WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = {Literal(role)}) \gexec
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = {Literal(role)};

            """;
        return !withData ? lines : lines + $"""
            SET client_min_messages = warning;
            DROP DATABASE IF EXISTS {Identifier(database)};
            DROP ROLE IF EXISTS {Identifier(role)};

            """;
    }

    /// <summary>A string constant, with standard_conforming_strings on.</summary>
    public static string Literal(string value) => $"'{WithoutNul(value).Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Identifier(string name) => $"\"{WithoutNul(name).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>
    /// What PostgreSQL keeps in a password's place (SCRAM-SHA-256, RFC 5803). The salt is made from the password too, so that the same password always
    /// gives the same text.
    /// </summary>
    public static string Verifier(string role, Secret password)
    {
        var bytes = Encoding.ASCII.GetBytes(Ascii(password.Reveal()));
        var salt = SHA256.HashData([.. Encoding.UTF8.GetBytes($"slipway {role} "), .. bytes])[..16];
        var salted = Rfc2898DeriveBytes.Pbkdf2(bytes, salt, Iterations, HashAlgorithmName.SHA256, 32);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }

    /// <summary>A line of pg_hba.conf that lets a role into its database from one network.</summary>
    public static string Access(string role, string database, string network) =>
        $"host {HbaName(database)} {HbaName(role)} {network} scram-sha-256";

    /// <summary>Puts our lines first, in place of those that were there, and leaves everything else as it is.</summary>
    public static string MergeAccess(string current, IEnumerable<string> ours)
    {
        var others = new List<string>();
        var isOurs = false;
        foreach (var line in current.Split('\n'))
        {
            if (line == Begin)
                isOurs = true;
            if (!isOurs)
                others.Add(line);
            if (line == End)
                isOurs = false;
        }
        List<string> block = [.. ours];
        return string.Join('\n', block.Count == 0 ? others : [Begin, .. block, End, .. others]);
    }

    /// <summary>The file of conf.d that makes a cluster listen beyond loopback.</summary>
    public static string Listen(IEnumerable<string> addresses) =>
        $"# Written by Slipway; changes are overwritten.\nlisten_addresses = {Literal(string.Join(", ", (string[])["localhost", .. addresses]))}\n";

    private static string HbaName(string name) => name.Any(char.IsControl)
        ? throw new ArgumentException("A name in pg_hba.conf cannot hold control characters.", nameof(name))
        : Identifier(name);

    private static string WithoutNul(string value) => value.Contains('\0', StringComparison.Ordinal)
        ? throw new ArgumentException("PostgreSQL's texts cannot hold NUL.", nameof(value))
        : value;

    // Beyond ASCII, SCRAM normalizes passwords in a way of its own.
    private static string Ascii(string password) => password.All(character => character is >= ' ' and <= '~')
        ? password
        : throw new ArgumentException("A password for PostgreSQL must be printable ASCII.", nameof(password));
}
