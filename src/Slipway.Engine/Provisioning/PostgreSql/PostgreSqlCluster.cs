using System.Globalization;

namespace Slipway.Engine.Provisioning.PostgreSql;

/// <summary>A PostgreSQL server as Debian runs them, several beside each other if wanted.</summary>
internal sealed record PostgreSqlCluster(string Version, string Name, int Port, bool IsOnline)
{
    public string Unit => $"postgresql@{Version}-{Name}.service";

    public string AccessFile => $"/etc/postgresql/{Version}/{Name}/pg_hba.conf";

    public string ListenFile => $"/etc/postgresql/{Version}/{Name}/conf.d/slipway.conf";

    /// <summary>Reads a line of pg_lsclusters; null when it is none.</summary>
    public static PostgreSqlCluster? Parse(string line)
    {
        var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns.Length > 3 && int.TryParse(columns[2], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new PostgreSqlCluster(columns[0], columns[1], port, columns[3].StartsWith("online", StringComparison.Ordinal))
            : null;
    }
}
