using Microsoft.EntityFrameworkCore;
using Slipway.Server.Platform.Audit;

namespace Slipway.Server.Audit;

/// <summary>Reads the chains from end to end, and says where one is first broken.</summary>
internal sealed class AuditVerifier(AppDb db, AuditChain chain)
{
    /// <summary>0 and every account there is, or of which anything is left.</summary>
    public async Task<IReadOnlyList<int>> FindChainsAsync(CancellationToken cancellationToken)
    {
        var accounts = await db.Accounts.Select(account => account.Id).ToListAsync(cancellationToken);
        var heads = await db.AuditHeads.Select(head => head.AccountId).ToListAsync(cancellationToken);
        var entries = await db.AuditEntries.Select(entry => entry.AccountId).Distinct().ToListAsync(cancellationToken);
        return [.. accounts.Union(heads).Union(entries).Order()];
    }

    public async Task<AuditChainState> VerifyAsync(int accountId, CancellationToken cancellationToken)
    {
        var (number, hash) = (0L, AuditChain.Start);
        var entries = db.AuditEntries.AsNoTracking().Where(entry => entry.AccountId == accountId).OrderBy(entry => entry.Number);
        await foreach (var entry in entries.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (entry.Number != number + 1)
                return new(accountId, number, $"entry {number + 1} is missing; entry {entry.Number} stands in its place");
            hash = AuditChain.Hash(hash, entry);
            if (entry.Hash != hash)
                return new(accountId, number, $"entry {entry.Number} is not what was written");
            number = entry.Number;
        }
        var head = await db.AuditHeads.AsNoTracking().FirstOrDefaultAsync(row => row.AccountId == accountId, cancellationToken);
        return new(accountId, number, CompareWithHead(head, number, hash));
    }

    private string? CompareWithHead(AuditHead? head, long number, string hash)
    {
        if (head is null)
            return number == 0 ? "entry 1 is missing: there is an account, but no trail of it" : $"the head of the chain is missing, entries behind {number} may be too";
        if (!chain.IsGenuine(head))
            return $"the head of the chain, at entry {head.Number}, was not made with this installation's master key";
        if (head.Number > number)
            return $"entry {number + 1} is missing; the chain ends at {head.Number}";
        return head.Number < number || head.Hash != hash ? $"entry {head.Number + 1} does not belong to the chain, which ends at {head.Number}" : null;
    }
}

/// <summary>What was found out about one chain.</summary>
/// <param name="AccountId">0 for what belongs to no account.</param>
/// <param name="Entries">How many entries from the first on are right.</param>
/// <param name="Problem">Where it is first broken; null when it is whole.</param>
internal sealed record AuditChainState(int AccountId, long Entries, string? Problem);
