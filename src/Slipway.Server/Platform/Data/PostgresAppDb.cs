using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Slipway.Server.Platform.Data;

internal sealed class PostgresAppDb(DbContextOptions<PostgresAppDb> options) : AppDb(options);

/// <summary>For <c>dotnet ef</c>, which only needs the model.</summary>
internal sealed class PostgresAppDbFactory : IDesignTimeDbContextFactory<PostgresAppDb>
{
    public PostgresAppDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<PostgresAppDb>();
        AppDbSetup.UsePostgres(options, "Host=127.0.0.1;Database=slipway", AppDbParts.ForDesign(isOpenToSaves: true));
        return new(options.Options);
    }
}
