using Slipway.Engine;
using Slipway.Engine.Stacks;

namespace Slipway.Server.Environments;

/// <summary>The values that servers see, with those of other variables in the place of references to them.</summary>
internal sealed class VariableValues(
    IReadOnlyDictionary<string, Secret> values, IReadOnlyList<Secret> secrets, IReadOnlyDictionary<string, OtherStack> others)
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

    private string Resolve(string key, string value, Dictionary<string, Secret> all)
    {
        var length = 0;
        return Expand(value, MaxDepth, within: null);

        string Expand(string text, int depth, OtherStack? within) => depth == 0 ? text : VariableReferences.Replace(text, (uid, name) =>
        {
            if (Find(uid, name, within) is not var (found, scope))
                return null;
            var piece = Expand(found.Reveal(), depth - 1, scope);
            length += Math.Max(1, piece.Length);
            return length <= MaxLength ? piece : throw new UserErrorException(
                $"{key} grows beyond {MaxLength / 1024} KiB by the variables that it names in {{{{...}}}}. Shorten it, then try again.");
        });

        // What another stack's value names is meant there; a third stack is nobody's business.
        (Secret Value, OtherStack? Within)? Find(string? uid, string name, OtherStack? within)
        {
            var scope = uid is null ? within : within is null ? others.GetValueOrDefault(uid) : null;
            if (scope is null)
                return uid is null && all.TryGetValue(name, out var own) ? (own, null) : null;
            if (scope.Credentials.Contains(name))
                throw new UserErrorException($"{key} reads {name} of the stack {scope.Name}, which is a credential and stays there. Take the reference out.");
            return scope.Values.TryGetValue(name, out var value) ? (value, scope) : null;
        }
    }
}

/// <summary>What a stack reads of another one.</summary>
/// <param name="Name">The other stack's name.</param>
/// <param name="Values">All of its variables.</param>
/// <param name="Credentials">Names of those that cannot be read from outside.</param>
internal sealed record OtherStack(string Name, IReadOnlyDictionary<string, Secret> Values, IReadOnlySet<string> Credentials);
