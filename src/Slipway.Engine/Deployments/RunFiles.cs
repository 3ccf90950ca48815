using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments;

/// <summary>The files that a run needs on a server: unit templates of the stack, and the scripts of this very run.</summary>
internal static class RunFiles
{
    public static IReadOnlyList<FileChange> Units(DeployContext context)
    {
        var paths = context.Paths;
        List<FileChange> files = [Unit(context, paths.WebUnit(""), "web")];
        files.AddRange(context.State.Plan.Processes.Keys.Select(name => Unit(context, paths.ProcessUnit(name, 1, ""), name)));
        return files;
    }

    public static IReadOnlyList<FileChange> Scripts(DeployContext context)
    {
        var (paths, plan) = (context.Paths, context.State.Plan);
        var directory = paths.RunFiles(context.Run);
        List<FileChange> files =
        [
            new MakeDirectory(directory, Modes.GroupListable, "root", paths.User),
            new MakeLink($"{directory}/release", context.ReleaseDirectory),
            Script(context, "web", plan.WebCommand),
        ];
        files.AddRange(plan.Processes.Select(process => Script(context, process.Key, process.Value)));
        return files;
    }

    /// <summary>Names of all units of the run, the web server's first.</summary>
    public static IReadOnlyList<string> UnitNames(DeployContext context) =>
        [context.Paths.WebUnit(context.Run), .. context.State.Plan.Processes.Keys.Select(name => context.Paths.ProcessUnit(name, 1, context.Run))];

    private static WriteFile Script(DeployContext context, string name, string command) => new(
        $"{context.Paths.RunFiles(context.Run)}/{name}", Encoding.UTF8.GetBytes(command + "\n"), Modes.GroupReadable, "root", context.Paths.User);

    private static WriteFile Unit(DeployContext context, string template, string name) => new(
        $"/etc/systemd/system/{template}", Encoding.UTF8.GetBytes(AppUnits.Template(
            context.Paths, name, BundleEnvironment.For(context), context.State.Plan.IsCustomWeb, context.Timeouts.Drain)));
}
