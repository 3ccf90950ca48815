using System.Security.Cryptography;
using System.Text.RegularExpressions;
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
        return new(rows.ToDictionary(row => row.Key, row => row.Value), [.. rows.Where(IsSecret).Select(row => row.Value)]);
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

/// <summary>The values that servers see. <c>{{NAME}}</c> in a value stands for another variable's value.</summary>
internal sealed partial class VariableValues(IReadOnlyDictionary<string, Secret> values, IReadOnlyList<Secret> secrets)
{
    // Deep enough for any sensible chain, and the end of one that names itself.
    private const int MaxDepth = 8;

    // References to references multiply; this is more than any process could be given.
    private const int MaxLength = 128 * 1024;

    /// <summary>Those that must not appear in a log.</summary>
    public IReadOnlyList<Secret> Secrets => secrets;

    public IReadOnlyList<KeyValuePair<string, Secret>> For(ServerSpec server)
    {
        var all = new Dictionary<string, Secret>(values)
        {
            ["SERVER_NAME"] = new(server.Name),
            ["PRIMARY"] = new(server.IsPrimary ? "true" : "false"),
        };
        return [.. all.Select(pair => KeyValuePair.Create(pair.Key, new Secret(Resolve(pair.Key, pair.Value.Reveal(), all))))];
    }

    private static string Resolve(string key, string value, Dictionary<string, Secret> all)
    {
        var length = 0;
        return Expand(value, MaxDepth);

        string Expand(string text, int depth) => depth == 0 ? text : Reference().Replace(text, match =>
        {
            var piece = all.TryGetValue(match.Groups["name"].Value, out var other) ? Expand(other.Reveal(), depth - 1) : match.Value;
            length += Math.Max(1, piece.Length);
            return length <= MaxLength ? piece : throw new UserErrorException(
                $"{key} grows beyond {MaxLength / 1024} KiB by the variables that it names in {{{{...}}}}. Shorten it, then try again.");
        });
    }

    [GeneratedRegex(@"\{\{\s*(?<name>[A-Za-z_][A-Za-z0-9_]*)\s*\}\}")]
    private static partial Regex Reference();
}
