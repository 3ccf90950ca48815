using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;

namespace Slipway.Server.Stacks;

/// <summary>What a stack is called on its servers and in the domain name system.</summary>
internal static partial class StackNames
{
    public const int MaxSlug = 28;
    private const int SuffixLength = 4;
    private const string SuffixLetters = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>Lower-case letters, digits and single underscores, starting with a letter: fit for directories, users, units and databases.</summary>
    public static string Slug(string name)
    {
        var slug = NotAllowed.Replace(name.ToLowerInvariant(), "_").Trim('_');
        if (slug.Length == 0 || !char.IsAsciiLetterLower(slug[0]))
            slug = ("app_" + slug).TrimEnd('_');
        return slug.Length <= MaxSlug ? slug : slug[..MaxSlug].TrimEnd('_');
    }

    /// <summary>The wanted name, or another one like it when that is taken.</summary>
    public static async Task<string> FreeAsync(string wanted, IQueryable<string> taken, CancellationToken cancellationToken)
    {
        var candidate = wanted;
        while (await taken.ContainsAsync(candidate, cancellationToken))
            candidate = WithSuffix(wanted);
        return candidate;
    }

    public static string Fqdn(string label, string environment, string baseDomain) => environment == "production"
        ? $"{Label(label)}.{baseDomain}"
        : $"{Label(label)}.{Label(environment)}.{baseDomain}";

    public static string WithSuffix(string slug)
    {
        var room = MaxSlug - SuffixLength - 1;
        var head = slug.Length <= room ? slug : slug[..room].TrimEnd('_');
        return $"{head}_{RandomNumberGenerator.GetString(SuffixLetters, SuffixLength)}";
    }

    // Domain names have no underscores.
    private static string Label(string name) => name.Replace('_', '-').Trim('-');

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotAllowed { get; }
}
