using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Slipway.Contracts;
using Slipway.Contracts.Audit;
using Slipway.Server.Stacks;
using AuditEntry = Slipway.Server.Audit.AuditEntry;
using AuditHead = Slipway.Server.Audit.AuditHead;

namespace Slipway.Server.Platform.Audit;

/// <summary>
/// Sees what a context saves, and adds the entries about it to the transaction: one for each account that it concerns. Nobody has to remember
/// to write an entry; only changes that bypass the change tracker have to be noted by hand.
/// </summary>
internal sealed class ChangeRecorder(AppDb db, AuditChain chain, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new(SlipwayJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<RecordedChange> _changes = [];
    private readonly List<(RecordedChange Change, EntityEntry Entry)> _unsaved = [];
    private readonly Dictionary<int, StackPlace> _removedStacks = [];

    public bool HasChanges => _changes.Count > 0 || _unsaved.Count > 0;

    /// <summary>Notes what happens without a row that changes, like the reading of a secret. The entry is written by the save that follows.</summary>
    public void Note(Stack stack, string change, string type, string name, JsonObject? details = null) =>
        _changes.Add(new() { Type = type, Change = change, Name = name, StackId = stack.Id, After = details });

    /// <summary>The same about a person.</summary>
    public void Note(int userId, string change, string type, string name, JsonObject? details = null) =>
        _changes.Add(new() { Type = type, Change = change, Name = name, UserId = userId, After = details });

    /// <summary>Looks at what is about to be saved.</summary>
    public void Capture()
    {
        foreach (var entry in db.ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Unchanged or EntityState.Detached || RecordedChange.From(entry) is not { } change)
                continue;
            _unsaved.Add((change, entry));
            if (entry is { State: EntityState.Deleted, Entity: Stack stack })
                _removedStacks[stack.Id] = new(stack.AccountId, stack.Uid);
        }
    }

    /// <summary>What was looked at is saved now.</summary>
    public void Keep()
    {
        foreach (var (change, entry) in _unsaved)
        {
            if (change.Change == RecordedChange.Added)
                change.ReadKeys(entry);
            _changes.Add(change);
        }
        _unsaved.Clear();
    }

    public void Forget()
    {
        _changes.Clear();
        _unsaved.Clear();
        _removedStacks.Clear();
    }

    /// <summary>Adds the entries to the context and moves the heads of their chains. Call it inside of the transaction, and save once more.</summary>
    public async Task<int> AddEntriesAsync(Origin origin, CancellationToken cancellationToken)
    {
        foreach (var change in _changes.Where(change => change is { StackId: null, AccountId: null, ServerId: not null }))
            change.StackId = await db.Servers.Where(server => server.Id == change.ServerId).Select(server => (int?)server.StackId).FirstOrDefaultAsync(cancellationToken);
        var stacks = await PlacesAsync(cancellationToken);
        var byAccount = new SortedDictionary<int, List<RecordedChange>>();
        foreach (var change in _changes)
        {
            if (change.Name is null && change.UserId is { } userId)
                change.Name = await db.Users.Where(user => user.Id == userId).Select(user => user.Email).FirstOrDefaultAsync(cancellationToken);
            foreach (var account in await AccountsAsync(change, stacks, cancellationToken))
            {
                if (!byAccount.TryGetValue(account, out var changes))
                    byAccount[account] = changes = [];
                changes.Add(change);
            }
        }
        var credential = await CredentialAsync(origin, cancellationToken);
        // In the order of accounts, so that two writers never wait for each other.
        foreach (var (account, changes) in byAccount)
        {
            var stack = changes.Select(change => change.StackId).OfType<int>().Select(id => stacks.GetValueOrDefault(id)?.Uid).FirstOrDefault();
            await AppendAsync(Entry(origin, account, changes, credential, stack), cancellationToken);
        }
        Forget();
        return byAccount.Count;
    }

    private AuditEntry Entry(Origin origin, int account, List<RecordedChange> changes, string? credential, string? stackUid)
    {
        // An action is how it is done; what it is about says more.
        var subject = changes.FirstOrDefault(change => change.Type != "action") ?? changes[0];
        return new()
        {
            AccountId = account,
            // Whole milliseconds, which both databases keep.
            Time = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            UserId = origin.UserId,
            Who = origin.Who,
            Via = origin.Via,
            Credential = credential,
            Address = origin.Address,
            RequestId = origin.RequestId,
            Operation = origin.Operation,
            SubjectType = subject.Type,
            Subject = subject.Name ?? subject.Id,
            StackUid = stackUid,
            Changes = JsonSerializer.Serialize<IReadOnlyList<AuditChange>>([.. changes.Select(change => change.ToRecord())], Json),
            Hash = "",
        };
    }

    private async Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        var heads = db.AuditHeads.Where(head => head.AccountId == entry.AccountId);
        // The update comes first: it makes other writers of the same chain wait.
        var isNew = await heads.ExecuteUpdateAsync(set => set.SetProperty(head => head.Number, head => head.Number + 1), cancellationToken) == 0;
        var head = isNew
            ? new AuditHead { AccountId = entry.AccountId, Number = 1, Hash = AuditChain.Start, Mac = "" }
            : await heads.AsNoTracking().FirstAsync(cancellationToken);
        entry.Number = head.Number;
        entry.Hash = head.Hash = AuditChain.Hash(head.Hash, entry);
        head.Mac = chain.Mac(head);
        db.AuditEntries.Add(entry);
        if (isNew)
            db.AuditHeads.Add(head);
        else
            await heads.ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Hash, head.Hash).SetProperty(row => row.Mac, head.Mac), cancellationToken);
    }

    private async Task<IReadOnlyDictionary<int, StackPlace>> PlacesAsync(CancellationToken cancellationToken)
    {
        var ids = _changes.Select(change => change.StackId).OfType<int>().Distinct().ToList();
        var places = new Dictionary<int, StackPlace>(_removedStacks);
        foreach (var id in ids.Where(id => !places.ContainsKey(id)))
        {
            var place = await db.Stacks.Where(stack => stack.Id == id).Select(stack => new StackPlace(stack.AccountId, stack.Uid))
                .FirstOrDefaultAsync(cancellationToken);
            if (place is not null)
                places[id] = place;
        }
        return places;
    }

    // What concerns a person is told to every account that the person is in.
    private async Task<IReadOnlyList<int>> AccountsAsync(
        RecordedChange change, IReadOnlyDictionary<int, StackPlace> stacks, CancellationToken cancellationToken)
    {
        if (change.AccountId is { } account)
            return [account];
        if (change.StackId is { } stackId && stacks.TryGetValue(stackId, out var place))
            return [place.AccountId];
        if (change.UserId is { } userId)
        {
            var accounts = await db.Memberships.Where(membership => membership.UserId == userId).Select(membership => membership.AccountId)
                .ToListAsync(cancellationToken);
            if (accounts.Count > 0)
                return accounts;
        }
        return [0];
    }

    private async Task<string?> CredentialAsync(Origin origin, CancellationToken cancellationToken)
    {
        if (origin.TokenId is not { } tokenId)
            return origin.Session is { } session ? $"session {session}" : null;
        var name = await db.AccessTokens.Where(token => token.Id == tokenId).Select(token => token.Name).FirstOrDefaultAsync(cancellationToken);
        return name is null ? $"token {tokenId}" : $"token {tokenId} ({name})";
    }

    private sealed record StackPlace(int AccountId, string Uid);
}
