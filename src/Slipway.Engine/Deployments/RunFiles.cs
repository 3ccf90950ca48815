using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments;

/// <summary>The files that a run needs on a server: unit templates of the stack, and the scripts and variables of this very run.</summary>
internal static class RunFiles
{
    /// <summary>Name of the link by which a run finds its release.</summary>
    public const string ReleaseLink = "release";

    public static IReadOnlyList<FileChange> Units(DeployContext context)
    {
        var (paths, plan, drain) = (context.Paths, context.State.Plan, context.Timeouts.Drain);
        return
        [
            Unit(context.Paths.WebUnit(plan.IsCustomWeb, ""), plan.IsCustomWeb ? AppUnits.CustomWeb(paths, drain) : AppUnits.Web(paths, drain)),
            .. plan.Processes.Keys.Select(name => Unit(paths.ProcessUnit(name, 1, ""), AppUnits.Process(paths, name, drain))),
        ];
    }

    public static IReadOnlyList<FileChange> Own(DeployContext context, ServerSpec server)
    {
        var (paths, plan) = (context.Paths, context.State.Plan);
        var directory = paths.RunFiles(context.Run);
        return
        [
            new MakeDirectory(directory, Modes.GroupListable, "root", paths.User),
            new MakeLink($"{directory}/{ReleaseLink}", context.ReleaseDirectory),
            new WriteFile(paths.RunEnvironment(context.Run), EnvironmentFile.ForUnit(Variables(context, server)), Modes.GroupReadable, "root", paths.User),
            Script(context, StackPaths.WebProcess(plan.IsCustomWeb), plan.WebCommand),
            .. plan.Processes.Select(process => Script(context, process.Key, process.Value)),
        ];
    }

    /// <summary>Names of all units of the run, the web server's first.</summary>
    public static IReadOnlyList<string> UnitNames(DeployContext context) => UnitNames(
        context.Paths, context.Run, [StackPaths.WebProcess(context.State.Plan.IsCustomWeb), .. context.State.Plan.Processes.Keys]);

    /// <summary>Names of the units of a run, from the names of the files that it has.</summary>
    public static IReadOnlyList<string> UnitNames(StackPaths paths, string run, IEnumerable<string> files) =>
    [
        .. files.Where(name => name is not ReleaseLink).Select(name =>
            name == StackPaths.WebProcess(isCustom: false) ? paths.WebUnit(isCustom: false, run)
            : name == StackPaths.WebProcess(isCustom: true) ? paths.WebUnit(isCustom: true, run)
            : paths.ProcessUnit(name, 1, run)),
    ];

    // What the user set wins over what Ruby and bundler are told.
    private static Dictionary<string, Secret> Variables(DeployContext context, ServerSpec server)
    {
        var all = BundleEnvironment.For(context).ToDictionary(pair => pair.Key, pair => new Secret(pair.Value));
        foreach (var (key, value) in context.Variables(server))
            all[key] = value;
        return all;
    }

    private static WriteFile Script(DeployContext context, string name, string command) => new(
        $"{context.Paths.RunFiles(context.Run)}/{name}", Encoding.UTF8.GetBytes(command + "\n"), Modes.GroupReadable, "root", context.Paths.User);

    private static WriteFile Unit(string template, string text) => new($"/etc/systemd/system/{template}", Encoding.UTF8.GetBytes(text));
}
