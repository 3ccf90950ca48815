using System.Data;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Slipway.Server.Accounts;
using Slipway.Server.Actions;
using Slipway.Server.Applications;
using Slipway.Server.Audit;
using Slipway.Server.Containers;
using Slipway.Server.Deployments;
using Slipway.Server.Environments;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Data.Keys;
using Slipway.Server.Platform.Idempotency;
using Slipway.Server.Processes;
using Slipway.Server.Platform.Limits;
using Slipway.Server.Platform.Schedules;
using Slipway.Server.ServerGroups;
using Slipway.Server.Servers;
using Slipway.Server.Stacks;
using Slipway.Server.Users;

namespace Slipway.Server;

/// <summary>All that Slipway remembers. Each provider has a subclass, for each has its own migrations.</summary>
internal abstract class AppDb(DbContextOptions options) : IdentityUserContext<User, int>(options)
{
    // Nodes, and single saves beside a transaction, meet at the end of an account's audit chain; with each attempt one of them gets through.
    private const int MaxAttempts = 20;
    private const int LongestPauseMilliseconds = 250;

    private readonly AppDbExtension _extension = options.GetExtension<AppDbExtension>();
    private ChangeRecorder? _recorder;
    private Origin _origin = new();
    private bool _isWriting;
    private bool _isCommitting;

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<Membership> Memberships => Set<Membership>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<AccessRight> AccessRights => Set<AccessRight>();

    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public DbSet<Device> Devices => Set<Device>();

    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    public DbSet<AuditHead> AuditHeads => Set<AuditHead>();

    public DbSet<Application> Applications => Set<Application>();

    public DbSet<Authorization> Authorizations => Set<Authorization>();

    public DbSet<AuthorizationCode> AuthorizationCodes => Set<AuthorizationCode>();

    public DbSet<Stack> Stacks => Set<Stack>();

    public DbSet<StackDatabase> StackDatabases => Set<StackDatabase>();

    public DbSet<Machine> Machines => Set<Machine>();

    public DbSet<Servers.Server> Servers => Set<Servers.Server>();

    public DbSet<ServerGroup> ServerGroups => Set<ServerGroup>();

    public DbSet<Container> Containers => Set<Container>();

    public DbSet<ProcessCount> ProcessCounts => Set<ProcessCount>();

    public DbSet<EnvironmentVariable> EnvironmentVariables => Set<EnvironmentVariable>();

    public DbSet<Deployment> Deployments => Set<Deployment>();

    public DbSet<StackAction> Actions => Set<StackAction>();

    public DbSet<JournalStep> JournalSteps => Set<JournalStep>();

    public DbSet<JournalTicket> JournalTickets => Set<JournalTicket>();

    public DbSet<LogLine> LogLines => Set<LogLine>();

    public DbSet<RequestCount> RequestCounts => Set<RequestCount>();

    public DbSet<Schedule> Schedules => Set<Schedule>();

    public DbSet<IdempotentRequest> IdempotentRequests => Set<IdempotentRequest>();

    public DbSet<ProtectionKey> ProtectionKeys => Set<ProtectionKey>();

    public DbSet<InstallationValue> Installation => Set<InstallationValue>();

    internal SecretBox Secrets => _extension.Secrets;

    /// <summary>Writes an audit entry with every save; what bypasses the change tracker is noted here.</summary>
    internal ChangeRecorder Audit => _recorder ??= new(this, _extension.Chain, _extension.Time);

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (_isWriting)
            return await SaveAndKeepAsync(acceptAllChangesOnSuccess, cancellationToken);
        using var pass = await _extension.Gate.EnterAsync(cancellationToken);
        return await SaveAndRecordAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    /// <summary>A pooled context begins anew, on behalf of whoever stands behind this scope.</summary>
    internal void BeginUse(Origin origin)
    {
        _origin = origin;
        _recorder?.Forget();
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Writers wait for each other; save asynchronously.");

    /// <summary>
    /// Reads, decides and writes in one transaction that no other writer comes between. Await nothing but this context inside. The work
    /// may run again after it lost against another node, so it must load all that it changes.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (_isWriting)
                return await work(cancellationToken);
            try
            {
                return await TransactAsync(work, cancellationToken);
            }
            catch (Exception exception) when (attempt < MaxAttempts && DatabaseErrors.IsTransient(exception) && !IsPerhapsDone(exception))
            {
                ChangeTracker.Clear();
                await PauseAsync(attempt, cancellationToken);
            }
        }
    }

    public Task WriteAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken) => WriteAsync(
        async token =>
        {
            await work(token);
            return true;
        },
        cancellationToken);

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.UseOpenIddict<Application, Authorization, ApplicationScope, AuthorizationCode, int>();
        builder.ApplyConfigurationsFromAssembly(typeof(AppDb).Assembly);
        SecretConverter.Use(builder, Secrets);
    }

    private async Task<T> TransactAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var pass = await _extension.Gate.EnterToTransactAsync(cancellationToken);
        _isWriting = true;
        _isCommitting = false;
        Audit.Forget();
        try
        {
            await using var transaction = await Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);
            var result = await work(cancellationToken);
            await SaveAndKeepAsync(acceptAllChangesOnSuccess: true, cancellationToken);
            var entries = await RecordAsync(cancellationToken);
            _isCommitting = true;
            await transaction.CommitAsync(cancellationToken);
            Committed(entries);
            return result;
        }
        finally
        {
            _isWriting = false;
        }
    }

    // At random, and longer each time: those that lost together would meet again.
    private Task PauseAsync(int attempt, CancellationToken cancellationToken) => Task.Delay(
        TimeSpan.FromMilliseconds(Random.Shared.Next(Math.Min(5 << Math.Min(attempt, 10), LongestPauseMilliseconds))), _extension.Time, cancellationToken);

    // Of a commit whose answer was lost nobody knows whether it happened: doing it again might do it twice.
    private bool IsPerhapsDone(Exception exception) => _isCommitting && !DatabaseErrors.IsRolledBack(exception);

    // Most saves change nothing that is audited, log lines for one, and need no transaction of their own.
    private async Task<int> SaveAndRecordAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken)
    {
        Capture();
        if (!Audit.HasChanges)
        {
            var unrecorded = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            Committed(entries: 0);
            return unrecorded;
        }
        try
        {
            await using var transaction = Database.CurrentTransaction is null ? await Database.BeginTransactionAsync(cancellationToken) : null;
            var count = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            Audit.Keep();
            var entries = await RecordAsync(cancellationToken);
            if (transaction is not null)
                await transaction.CommitAsync(cancellationToken);
            Committed(entries);
            return count;
        }
        finally
        {
            Audit.Forget();
        }
    }

    private async Task<int> SaveAndKeepAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken)
    {
        Capture();
        var count = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        Audit.Keep();
        return count;
    }

    private async Task<int> RecordAsync(CancellationToken cancellationToken)
    {
        if (!Audit.HasChanges)
            return 0;
        var entries = await Audit.AddEntriesAsync(_origin, cancellationToken);
        await base.SaveChangesAsync(acceptAllChangesOnSuccess: true, cancellationToken);
        return entries;
    }

    private void Capture()
    {
        ChangeTracker.DetectChanges();
        // What a request changes and the key under which it may be repeated are saved together or not at all.
        if (_origin is { Repeatable: { } request, IsRepeatableStored: false } && ChangeTracker.HasChanges())
            Keep(request);
        Audit.Capture();
    }

    private void Keep(IdempotentRequest request)
    {
        var begun = ChangeTracker.Entries<StackAction>().FirstOrDefault(entry => entry.State is EntityState.Added)?.Entity;
        if (Entry(request).State is EntityState.Detached)
        {
            // Another attempt at the same transaction may have set these.
            (request.ActionId, request.Action) = (null, begun);
            Add(request);
        }
        request.Action ??= begun;
    }

    private void Committed(int entries)
    {
        _origin.Written += entries;
        _origin.IsRepeatableStored |= _origin.Repeatable is { } request && Entry(request).State is EntityState.Unchanged;
    }
}
