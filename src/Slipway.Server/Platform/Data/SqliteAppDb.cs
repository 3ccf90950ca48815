using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Slipway.Server.Platform.Data;

internal sealed class SqliteAppDb(DbContextOptions<SqliteAppDb> options) : AppDb(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder builder) =>
        builder.Properties<DateTimeOffset>().HaveConversion<UnixMillisecondsConverter>();
}

/// <summary>For <c>dotnet ef</c>, which only needs the model.</summary>
internal sealed class SqliteAppDbFactory : IDesignTimeDbContextFactory<SqliteAppDb>
{
    public SqliteAppDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<SqliteAppDb>();
        AppDbSetup.UseSqlite(options, "Data Source=:memory:", AppDbParts.ForDesign(isOpenToSaves: false));
        return new(options.Options);
    }
}
