using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;
using Record = Slipway.Contracts.Stacks.Stack;

namespace Slipway.Server.Stacks;

/// <summary>The reads that clients poll, compiled once: making a query of such an expression anew costs more than the database's work on it.</summary>
internal sealed class StackQueries
{
    private readonly Func<AppDb, int, int, bool, string, Task<Record?>> _find;
    private readonly Func<AppDb, int, int, bool, int, int, IAsyncEnumerable<Record>> _page;
    private readonly Func<AppDb, int, int, Task<int>> _count;

    public StackQueries(IOptions<PublicOptions> options)
    {
        var (isVisible, toRecord) = (StackAccess.IsAllowed, StackRecords.Shape(options.Value));
        _find = EF.CompileAsyncQuery(Inlining.Inline<Func<AppDb, int, int, bool, string, Record?>>((db, user, account, showsHook, uid) => db.Stacks
            .Where(stack => stack.Uid == uid && isVisible.Call(stack, user, account, AccessLevel.View))
            .Select(stack => toRecord.Call(stack, user, account, showsHook)).FirstOrDefault()));
        _page = EF.CompileAsyncQuery(Inlining.Inline<Func<AppDb, int, int, bool, int, int, IQueryable<Record>>>((db, user, account, showsHook, skip, take) => db.Stacks
            .Where(stack => isVisible.Call(stack, user, account, AccessLevel.View)).OrderBy(stack => stack.Id).Skip(skip).Take(take)
            .Select(stack => toRecord.Call(stack, user, account, showsHook))));
        _count = EF.CompileAsyncQuery(Inlining.Inline<Func<AppDb, int, int, int>>((db, user, account) => db.Stacks
            .Count(stack => isVisible.Call(stack, user, account, AccessLevel.View))));
    }

    public Task<Record?> FindAsync(AppDb db, Caller caller, string uid) =>
        _find(db, caller.UserId, caller.AccountId, caller.Has(Scopes.Redeploy), uid);

    public async Task<List<Record>> PageAsync(AppDb db, Caller caller, ApiPage page, CancellationToken cancellationToken)
    {
        List<Record> records = new(page.Size);
        await foreach (var record in _page(db, caller.UserId, caller.AccountId, caller.Has(Scopes.Redeploy), page.Skip, page.Size).WithCancellation(cancellationToken))
            records.Add(record);
        return records;
    }

    public Task<int> CountAsync(AppDb db, Caller caller) => _count(db, caller.UserId, caller.AccountId);
}
