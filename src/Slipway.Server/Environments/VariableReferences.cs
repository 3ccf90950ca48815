using System.Text.RegularExpressions;

namespace Slipway.Server.Environments;

/// <summary>Where a value names another variable: <c>{{NAME}}</c> of the same stack, <c>{{ STACK[uid].NAME }}</c> of another.</summary>
internal static partial class VariableReferences
{
    public static IEnumerable<(string StackUid, string Name)> ToOtherStacks(string value) => Pattern.Matches(value)
        .Where(match => match.Groups["stack"].Success).Select(match => (match.Groups["stack"].Value, match.Groups["name"].Value));

    /// <param name="value">A value with references.</param>
    /// <param name="find">Gives the text for a reference, whose stack is null for the same one; null to leave it as it stands.</param>
    public static string Replace(string value, Func<string?, string, string?> find) => Pattern.Replace(value, match =>
        find(match.Groups["stack"] is { Success: true } stack ? stack.Value : null, match.Groups["name"].Value) ?? match.Value);

    [GeneratedRegex(@"\{\{\s*(STACK\[(?<stack>[0-9a-f]{32})\]\.)?(?<name>[A-Za-z_][A-Za-z0-9_]*)\s*\}\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }
}
