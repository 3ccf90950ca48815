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
        // A server may write meanwhile, so the head is read first, and what comes behind it is looked at with the next head.
        for (var last = -1L; ;)
        {
            var head = await db.AuditHeads.AsNoTracking().FirstOrDefaultAsync(row => row.AccountId == accountId, cancellationToken);
            var end = head?.Number ?? 0;
            var entries = db.AuditEntries.AsNoTracking().Where(entry => entry.AccountId == accountId);
            await foreach (var entry in entries.Where(entry => entry.Number <= end && (number == 0 || entry.Number > number))
                .OrderBy(entry => entry.Number).AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                if (entry.Number != number + 1)
                    return new(accountId, number, $"entry {number + 1} is missing; entry {entry.Number} stands in its place");
                hash = AuditChain.Hash(hash, entry);
                if (entry.Hash != hash)
                    return new(accountId, number, $"entry {entry.Number} is not what was written");
                number = entry.Number;
            }
            var isMore = await entries.AnyAsync(entry => entry.Number > end, cancellationToken);
            if (Compare(head, number, hash, isMore, isMore && end == last) is { } problem)
                return new(accountId, number, problem);
            if (!isMore)
                return new(accountId, number, null);
            last = end;
        }
    }

    private string? Compare(AuditHead? head, long number, string hash, bool hasEntries, bool hasStranger)
    {
        if (head is null)
            return hasEntries ? "the head of the chain is missing" : "entry 1 is missing: there is an account, but no trail of it";
        if (!chain.IsGenuine(head))
            return $"the head of the chain, at entry {head.Number}, was not made with this installation's master key";
        if (head.Number > number)
            return $"entry {number + 1} is missing; the chain ends at {head.Number}";
        if (head.Hash != hash)
            return $"entry {head.Number} is not the one that the head of the chain stands for";
        return hasStranger ? $"entry {head.Number + 1} does not belong to the chain, which ends at {head.Number}" : null;
    }
}

/// <summary>What was found out about one chain.</summary>
/// <param name="AccountId">0 for what belongs to no account.</param>
/// <param name="Entries">How many entries from the first on are right.</param>
/// <param name="Problem">Where it is first broken; null when it is whole.</param>
internal sealed record AuditChainState(int AccountId, long Entries, string? Problem);
