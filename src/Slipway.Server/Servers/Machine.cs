using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Servers;

/// <summary>A machine of an account. Its places in stacks are <see cref="Server"/>s.</summary>
internal sealed class Machine
{
    public int Id { get; set; }

    public int AccountId { get; set; }

    public required string Address { get; set; }

    public int Port { get; set; }

    /// <summary>root, or a user with password-less sudo.</summary>
    public required string UserName { get; set; }

    /// <summary>The pinned fingerprint, like SHA256:...</summary>
    public required string HostKey { get; set; }

    public string? Distribution { get; set; }

    public string? DistributionVersion { get; set; }

    public string? Codename { get; set; }

    public string? Architecture { get; set; }

    public int Cores { get; set; }

    public long MemoryBytes { get; set; }

    /// <summary>Global addresses, separated by spaces, IPv4 first.</summary>
    public string Addresses { get; set; } = "";

    public bool HasHelper { get; set; }

    public DateTimeOffset? FactsReadAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class MachineConfiguration : IEntityTypeConfiguration<Machine>
{
    public void Configure(EntityTypeBuilder<Machine> builder)
    {
        builder.HasIndex(machine => new { machine.AccountId, machine.Address, machine.Port }).IsUnique();
        builder.HasOne<Accounts.Account>().WithMany().HasForeignKey(machine => machine.AccountId);
    }
}
