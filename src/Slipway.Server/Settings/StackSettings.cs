using System.Text.RegularExpressions;
using Slipway.Engine;
using Slipway.Engine.Git;
using Slipway.Engine.Stacks;
using Slipway.Server.Platform.Http;
using Slipway.Server.Stacks;

namespace Slipway.Server.Settings;

/// <summary>All settings of stacks, in the order of their keys.</summary>
internal static partial class StackSettings
{
    public const string AllowedWebSource = "allowed.web.source";
    public const string AssetPrefix = "asset.prefix";
    public const string DockerHostAccess = HostAccessText.Setting;
    public const string GitBranch = "git.branch";
    public const string GitRepository = "git.repository";
    public const string ReconfigureNginx = "reconfigure.nginx";
    public const string StackName = "stack.name";

    public static IReadOnlyList<StackSetting> All { get; } =
    [
        new(AllowedWebSource, stack => stack.AllowedWebSource)
        {
            Change = SetAllowedWebSource,
            Warning = "It is kept, and will be enforced by the firewall; until there is one, everybody who reaches the web servers may ask them.",
        },
        new(AssetPrefix, stack => stack.AssetPrefix) { Change = SetAssetPrefix },
        new(DockerHostAccess, stack => HostAccessText.Of(stack.HostAccess))
        {
            Change = SetHostAccess,
            IsListed = stack => stack.IsDocker || stack.HostAccess is not HostAccess.None,
            NeedsAccountAdmin = true,
            Warning = "Any of mounts, privileged and namespaces: what containers may have of the servers. Whoever may deploy this stack can then take over its servers, and all stacks on them. What runs stays as it is; the next start of containers asks again.",
        },
        new(GitBranch, stack => stack.GitBranch) { Change = SetBranch },
        new(GitRepository, stack => GitUrl.TryParse(stack.GitUrl, out var url, out _) ? url.Display : "") { Change = SetRepository },
        new(ReconfigureNginx, stack => stack.ReconfigureNginx) { Change = SetReconfigure },
        new(StackName, stack => stack.Name) { Warning = "Changing the name also changes the host names of the stack and its servers." },
    ];

    private static string? SetAllowedWebSource(Stack stack, string value)
    {
        if (!WebSources.TryParse(value, out var sources, out var problem))
            return problem;
        stack.AllowedWebSource = sources;
        return null;
    }

    private static string? SetAssetPrefix(Stack stack, string value)
    {
        var prefix = value.Trim('/');
        if (prefix.Length > 100 || !Folder.IsMatch(prefix))
            return "value must be a folder below public, like assets: letters, digits, -, _ and dots, with / between folders.";
        stack.AssetPrefix = prefix;
        return null;
    }

    private static string? SetHostAccess(Stack stack, string value)
    {
        if (HostAccessText.Parse(value) is not { } access)
            return "value must be a list of mounts, privileged and namespaces, with commas between them; empty for none.";
        stack.HostAccess = access;
        return null;
    }

    private static string? SetBranch(Stack stack, string value)
    {
        if (!stack.HasRepository)
            return "The stack has no repository, so it has no branch. Set git.repository first.";
        if (!GitRef.TryParse(value, out _, out var problem))
            return $"value: {problem}";
        stack.GitBranch = value;
        return null;
    }

    // What is shown for an address with a token cannot be meant as a new address.
    private static string? SetRepository(Stack stack, string value)
    {
        if (value.Contains(Secret.Redacted, StringComparison.Ordinal))
            return $"value holds {Secret.Redacted} where the token was. Give the whole address.";
        if (!GitUrl.TryParse(value, out _, out var problem))
            return $"value: {problem}";
        stack.GitUrl = value.Trim();
        return null;
    }

    private static string? SetReconfigure(Stack stack, string value)
    {
        if (!PlainText.TryReadSwitch(value, out var isOn) || !isOn)
            return "value can only be true. The next deployment configures nginx anew and then sets it back to false.";
        stack.ReconfigureNginx = true;
        return null;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\z")]
    private static partial Regex Folder { get; }
}
