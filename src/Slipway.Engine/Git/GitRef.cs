using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Slipway.Engine.Git;

/// <summary>A branch, tag or commit hash as a person names it, by the rules of git check-ref-format.</summary>
internal sealed partial record GitRef
{
    private const int MaxLength = 255;

    private GitRef(string name) => Name = name;

    public string Name { get; }

    /// <summary>Could be a full or abbreviated commit hash; a branch or tag of that name still comes first.</summary>
    public bool LooksLikeHash => HashPattern().IsMatch(Name);

    public override string ToString() => Name;

    public static GitRef Parse(string text) =>
        TryParse(text, out var reference, out var error) ? reference : throw new UserErrorException(error);

    public static bool TryParse(string? text, [NotNullWhen(true)] out GitRef? reference, [NotNullWhen(false)] out string? error)
    {
        var name = text?.Trim(' ') ?? "";
        error = Refuse(name);
        reference = error is null ? new GitRef(name) : null;
        return error is null;
    }

    private static string? Refuse(string name)
    {
        if (name is "")
            return "The branch, tag or commit is empty.";
        if (name.Length > MaxLength)
            return $"The branch, tag or commit is longer than {MaxLength} characters.";
        if (name.StartsWith('-'))
            return "A branch, tag or commit must not begin with a dash.";
        if (name is "@" || name.EndsWith('/') || name.EndsWith('.') || name.StartsWith('/')
            || name.Contains("..", StringComparison.Ordinal) || name.Contains("@{", StringComparison.Ordinal)
            || name.Contains("//", StringComparison.Ordinal))
            return "This is not a name that git allows for a branch or tag.";
        if (name.Any(c => c is <= ' ' or (char)127 or '~' or '^' or ':' or '?' or '*' or '[' or '\\' || char.IsSurrogate(c) || char.IsControl(c)))
            return "A branch or tag must not contain spaces, control characters or any of ~ ^ : ? * [ \\.";
        return name.Split('/').Any(part => part.StartsWith('.') || part.EndsWith(".lock", StringComparison.Ordinal))
            ? "No part of a branch or tag may begin with a dot or end in .lock."
            : null;
    }

    [GeneratedRegex("^(?:[0-9a-fA-F]{4,40}|[0-9a-fA-F]{64})$")]
    private static partial Regex HashPattern();
}
