using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Slipway.Server.Accounts;
using Slipway.Server.Actions;
using Slipway.Server.Deployments;
using Slipway.Server.Environments;
using Slipway.Server.Platform.Data;
using Slipway.Server.ServerGroups;
using Slipway.Server.Servers;
using Slipway.Server.Stacks;
using Slipway.Server.Users;

namespace Slipway.Server;

/// <summary>All that Slipway remembers. Each provider has a subclass, for each has its own migrations.</summary>
internal abstract class AppDb(DbContextOptions options, SecretBox secrets, WriteGate gate) : IdentityUserContext<User, int>(options)
{
    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<Membership> Memberships => Set<Membership>();

    public DbSet<AccessRight> AccessRights => Set<AccessRight>();

    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public DbSet<Stack> Stacks => Set<Stack>();

    public DbSet<Machine> Machines => Set<Machine>();

    public DbSet<Servers.Server> Servers => Set<Servers.Server>();

    public DbSet<ServerGroup> ServerGroups => Set<ServerGroup>();

    public DbSet<EnvironmentVariable> EnvironmentVariables => Set<EnvironmentVariable>();

    public DbSet<Deployment> Deployments => Set<Deployment>();

    public DbSet<StackAction> Actions => Set<StackAction>();

    public DbSet<JournalStep> JournalSteps => Set<JournalStep>();

    public DbSet<JournalTicket> JournalTickets => Set<JournalTicket>();

    public DbSet<LogLine> LogLines => Set<LogLine>();

    private bool _isInside;

    internal SecretBox Secrets => secrets;

    /// <summary>
    /// Reads, decides and writes in one transaction that no other writer can come between. Await nothing but the database within.
    /// </summary>
    public async Task WriteAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var pass = await gate.EnterAsync(cancellationToken);
        _isInside = true;
        try
        {
            await using var transaction = await Database.BeginTransactionAsync(cancellationToken);
            await work(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        finally
        {
            _isInside = false;
        }
    }

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        using var pass = _isInside ? default : await gate.EnterAsync(cancellationToken);
        return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(AppDb).Assembly);
        SecretConverter.Use(builder, secrets);
    }
}
