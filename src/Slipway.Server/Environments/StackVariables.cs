using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Engine.Stacks;
using Slipway.Server.Stacks;

namespace Slipway.Server.Environments;

/// <summary>A stack's variables: those that Slipway makes are kept in their rows beside the user's, and what servers see is made from both.</summary>
internal sealed class StackVariables(AppDb db, TimeProvider time)
{
    private const string SecretKeyBase = "SECRET_KEY_BASE";
    private const int ShortestKey = 16;

    private static readonly string[] SecretNames = ["PASS", "SECRET", "KEY", "TOKEN", "CREDENTIAL"];

    /// <summary>Writes the generated variables down and reads them all.</summary>
    public async Task<VariableValues> ReadAsync(Stack stack, StackSpec spec, CancellationToken cancellationToken)
    {
        await db.WriteAsync(token => SyncAsync(stack, spec, token), cancellationToken);
        var rows = await db.EnvironmentVariables.AsNoTracking().Where(row => row.StackId == stack.Id).ToListAsync(cancellationToken);
        var others = await ReadOthersAsync(stack, rows, cancellationToken);
        return new(rows.ToDictionary(row => row.Key, row => row.Value), [.. rows.Where(IsSecret).Select(row => row.Value)], others);
    }

    /// <summary>Whether other stacks may not read it, whoever asks.</summary>
    public static bool IsCredential(EnvironmentVariable row) =>
        row.IsPassword || (row.IsGenerated && row.Key.EndsWith("_USERNAME", StringComparison.Ordinal));

    // Whoever wrote the reference administered the other stack then. Stacks of other accounts are never read.
    private async Task<IReadOnlyDictionary<string, OtherStack>> ReadOthersAsync(
        Stack stack, IReadOnlyCollection<EnvironmentVariable> rows, CancellationToken cancellationToken)
    {
        var uids = rows.SelectMany(row => VariableReferences.ToOtherStacks(row.Value.Reveal())).Select(reference => reference.StackUid).ToHashSet();
        if (uids.Count == 0)
            return new Dictionary<string, OtherStack>();
        var variables = await db.EnvironmentVariables.AsNoTracking().Include(row => row.Stack)
            .Where(row => row.Stack!.AccountId == stack.AccountId && uids.Contains(row.Stack.Uid)).ToListAsync(cancellationToken);
        return variables.GroupBy(row => row.Stack!).ToDictionary(group => group.Key.Uid, group => new OtherStack(
            group.Key.Name, group.ToDictionary(row => row.Key, row => row.Value), group.Where(IsCredential).Select(row => row.Key).ToHashSet()));
    }

    // What users enter may be a key of theirs: its name or its length tells. Words like paths and levels stay readable.
    private static bool IsSecret(EnvironmentVariable row) => row.IsPassword || (!row.IsReadonly && !row.IsGenerated
        && (row.Value.Reveal().Length >= ShortestKey || SecretNames.Any(part => row.Key.Contains(part, StringComparison.OrdinalIgnoreCase))));

    private async Task SyncAsync(Stack stack, StackSpec spec, CancellationToken cancellationToken)
    {
        var rows = await db.EnvironmentVariables.Where(row => row.StackId == stack.Id).ToDictionaryAsync(row => row.Key, cancellationToken);
        foreach (var wanted in GeneratedVariables.For(spec, stack.GitBranch))
        {
            if (rows.Remove(wanted.Key, out var row))
                Update(row, wanted);
            else
                Add(stack, wanted);
        }
        if (!rows.Remove(SecretKeyBase))
            Add(stack, new(SecretKeyBase, new(RandomNumberGenerator.GetHexString(128, lowercase: true))) { IsPassword = true });
        // What was generated for a database that is gone is gone with it.
        db.EnvironmentVariables.RemoveRange(rows.Values.Where(row => row.IsGenerated));
    }

    // A generated variable that a user has changed is the user's from then on.
    private void Update(EnvironmentVariable row, GeneratedVariable wanted)
    {
        if (!row.IsGenerated || row.Value.Equals(wanted.Value))
            return;
        row.Value = wanted.Value;
        row.UpdatedAt = time.GetUtcNow();
    }

    private void Add(Stack stack, GeneratedVariable wanted)
    {
        var now = time.GetUtcNow();
        db.EnvironmentVariables.Add(new()
        {
            StackId = stack.Id,
            Key = wanted.Key,
            Value = wanted.Value,
            IsReadonly = wanted.IsReadonly,
            IsPassword = wanted.IsPassword,
            IsGenerated = true,
            CreatedAt = now,
            UpdatedAt = now,
        });
    }
}
