using Microsoft.EntityFrameworkCore.Infrastructure;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Data.Storage;

namespace Slipway.Server.Platform.Data;

/// <summary>Hands a context what a pooled one cannot take as constructor arguments.</summary>
internal sealed class AppDbExtension(AppDbParts parts) : IDbContextOptionsExtension
{
    public SecretBox Secrets => parts.Secrets;

    public WriteGate Gate => parts.Gate;

    public AuditChain Chain => parts.Chain;

    public TimeProvider Time => parts.Time;

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

/// <summary>What all contexts of a database share.</summary>
internal sealed record AppDbParts(SecretBox Secrets, WriteGate Gate, AuditChain Chain, TimeProvider Time, StorageState Storage)
{
    /// <summary>For tools that need the model alone.</summary>
    public static AppDbParts ForDesign(bool isOpenToSaves) => new(new(new byte[32]), new(isOpenToSaves), new(new byte[32]), TimeProvider.System, new());
}
