using Slipway.Engine.Analysis.Settings;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>Reads what a service wants of the server itself. Each of it needs the stack's leave.</summary>
internal sealed class HostOptions(string name, YamlMap map, HostAccess leave, Action<int, string> say)
{
    private readonly ServiceFields _fields = new(name, map, say);

    public static readonly IReadOnlyList<string> Names = ["privileged", "network_mode", "pid"];

    /// <summary>What compose files have, and no leave opens.</summary>
    public static readonly IReadOnlyList<string> Refused = ["cap_add", "cgroup", "cgroup_parent", "device_cgroup_rules", "devices", "ipc", "security_opt", "sysctls", "userns_mode", "uts", "volumes_from"];

    public bool IsPrivileged() => Allowed("privileged", _fields.Flag("privileged", false), HostAccess.Privileged);

    public bool Uses(string option) =>
        Allowed(option, _fields.Checked(option, text => text is "host" ? text : null, "host, or to be left out") is not null, HostAccess.Namespaces);

    /// <summary>A folder or file of the server: /srv/data:/data, or with :ro behind it.</summary>
    public HostMount? Mount(YamlText node)
    {
        var parts = node.Value.Split(':');
        var source = parts[0].Length > 1 ? parts[0].TrimEnd('/') : parts[0];
        if (source is "/" or "" || (ServiceTexts.IsContainerPath(source) && HostFolders.FindClosed(source) is not null))
            say(node.Line, $"{name}: {parts[0]} of the server is never mounted: it is, or holds, what belongs to the machine, to Docker, to Slipway or to other stacks. Use a folder made for the purpose, such as /srv/{name}.");
        else if (!leave.HasFlag(HostAccess.Mounts))
            say(node.Line, $"{name}: the folder {parts[0]} of the server cannot be mounted. Use a volume of the stack's own, such as data:{parts[1]}; log files are reached through log_folder. {HostAccessText.HowToAllow(HostAccess.Mounts)}");
        else if (!(parts is [_, _] or [_, _, "ro" or "rw"] && ServiceTexts.IsContainerPath(source) && ServiceTexts.IsContainerPath(parts[1])))
            say(node.Line, $"{name}: volumes expects absolute paths for a folder of the server, such as /srv/data:/data or /srv/data:/data:ro, found \"{node.Value}\".");
        else
            return new(source, parts[1], parts is [_, _, "ro"]);
        return null;
    }

    private bool Allowed(string option, bool isWanted, HostAccess needed)
    {
        if (isWanted && !leave.HasFlag(needed))
            say(map[option]!.Line, $"{name}: {option} is not allowed for this stack. {HostAccessText.HowToAllow(needed)}");
        return isWanted;
    }
}
