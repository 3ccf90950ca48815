using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Slipway.Server.Platform.Data;

/// <summary>Hands a context what a pooled one cannot take as constructor arguments.</summary>
internal sealed class AppDbExtension(SecretBox secrets, WriteGate gate) : IDbContextOptionsExtension
{
    public SecretBox Secrets => secrets;

    public WriteGate Gate => gate;

    public DbContextOptionsExtensionInfo Info => new AppDbExtensionInfo(this);

    public void ApplyServices(IServiceCollection services)
    {
    }

    public void Validate(IDbContextOptions options)
    {
    }

    private sealed class AppDbExtensionInfo(AppDbExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => "";

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => true;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo)
        {
        }
    }
}
