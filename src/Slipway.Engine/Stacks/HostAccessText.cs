namespace Slipway.Engine.Stacks;

/// <summary>The leave as people write it: mounts,privileged,namespaces.</summary>
internal static class HostAccessText
{
    /// <summary>The setting of a stack that holds it.</summary>
    public const string Setting = "docker.host.access";

    /// <summary>Who changes that setting.</summary>
    public const string Who = "an owner of the account, or a member with the level admin on all of its stacks,";

    private static readonly IReadOnlyList<HostAccess> Parts = [HostAccess.Mounts, HostAccess.Privileged, HostAccess.Namespaces];

    public static string Of(HostAccess access) => string.Join(',', Parts.Where(part => access.HasFlag(part)).Select(Name));

    /// <summary>Null for a text that names anything else.</summary>
    public static HostAccess? Parse(string text)
    {
        var access = HostAccess.None;
        foreach (var name in text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            var part = Parts.FirstOrDefault(part => Name(part).Equals(name, StringComparison.OrdinalIgnoreCase));
            if (part is HostAccess.None)
                return null;
            access |= part;
        }
        return access;
    }

    /// <summary>What to do about a leave that is missing.</summary>
    public static string HowToAllow(HostAccess missing) => $"{char.ToUpperInvariant(Who[0])}{Who[1..]} can allow it with the stack's setting {Setting}: {Of(missing)}.";

    private static string Name(HostAccess part) => part.ToString().ToLowerInvariant();
}
