using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Engine.Commands;

/// <summary>MariaDB's statements and files. Statements go through standard input, and no password is in them, only what verifies it.</summary>
internal static class MySqlCommands
{
    public const string ConfigurationPath = "/etc/mysql/mariadb.conf.d/99-slipway.cnf";

    /// <summary>A server that cannot bind an address ends, so it must not start before the network is there.</summary>
    public const string UnitPath = "/etc/systemd/system/mariadb.service.d/slipway.conf";

    public static IReadOnlyList<string> Client { get; } = ["mariadb", "--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4"];

    public static IReadOnlyList<string> Version { get; } = ["mariadbd", "--version"];

    public static string Configuration(IEnumerable<string> addresses) =>
        $"# Written by Slipway; changes are overwritten.\n[mysqld]\nbind-address = {string.Join(',', addresses)}\n";

    /// <summary>Prints the hosts from which a user is let in.</summary>
    public static string ListHosts(string user) => $"SET SESSION sql_mode = '';\nSELECT Host FROM mysql.user WHERE User = {Literal(user)};\n";

    /// <summary>Makes the database and the user, once for each host, and prints what it made.</summary>
    public static string CreateDatabase(string user, Secret password, string database, IEnumerable<string> hosts, IEnumerable<string> formerHosts)
    {
        var statements = new StringBuilder($"""
            SET SESSION sql_mode = '';
            SELECT {Literal($"Made the database {database}")} FROM DUAL
                WHERE NOT EXISTS (SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {Literal(database)});
            CREATE DATABASE IF NOT EXISTS {Identifier(database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

            """);
        foreach (var account in hosts.Select(host => $"{Literal(user)}@{Literal(host)}"))
        {
            statements.Append($"""
                CREATE USER IF NOT EXISTS {account} IDENTIFIED BY PASSWORD {Literal(Verifier(password))};
                ALTER USER {account} IDENTIFIED BY PASSWORD {Literal(Verifier(password))};
                GRANT ALL PRIVILEGES ON {Pattern(database)}.* TO {account};

                """);
        }
        foreach (var host in formerHosts)
            statements.Append($"DROP USER IF EXISTS {Literal(user)}@{Literal(host)};\n");
        return statements.ToString();
    }

    /// <summary>Removes the user from everywhere; with data the database too.</summary>
    public static string RemoveDatabase(string user, IEnumerable<string> hosts, string database, bool withData) => string.Concat(
    [
        "SET SESSION sql_mode = '';\n",
        .. hosts.Select(host => $"DROP USER IF EXISTS {Literal(user)}@{Literal(host)};\n"),
        withData ? $"DROP DATABASE IF EXISTS {Identifier(database)};\n" : "",
    ]);

    /// <summary>A string constant while sql_mode has no NO_BACKSLASH_ESCAPES.</summary>
    public static string Literal(string value)
    {
        var text = new StringBuilder("'");
        foreach (var character in value)
            text.Append(character switch
            {
                '\0' => "\\0",
                '\'' => "\\'",
                '\\' => @"\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\x1a' => "\\Z",
                _ => character.ToString(),
            });
        return text.Append('\'').ToString();
    }

    public static string Identifier(string name) => name.Contains('\0', StringComparison.Ordinal)
        ? throw new ArgumentException("MariaDB's names cannot hold NUL.", nameof(name))
        : $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    /// <summary>What MariaDB keeps in a password's place.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "mysql_native_password is what every client of MariaDB speaks; generated passwords cannot be guessed.")]
    public static string Verifier(Secret password) => "*" + Convert.ToHexString(SHA1.HashData(SHA1.HashData(Encoding.UTF8.GetBytes(password.Reveal()))));

    // In GRANT, and nowhere else, a database name is a pattern.
    private static string Pattern(string database) => Identifier(database
        .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal));
}
