using System.Globalization;
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

    /// <summary>In the line of a process it stands for the number that tells its instances on a server apart.</summary>
    private const string UniqueNumber = "{{UNIQUE_INT}}";

    public static IReadOnlyList<FileChange> Units(DeployContext context, ServerSpec server)
    {
        var (paths, plan, drain) = (context.Paths, context.State.Plan, context.Timeouts.Drain);
        return
        [
            Unit(context.Paths.WebUnit(plan.IsCustomWeb, ""), plan.IsCustomWeb ? AppUnits.CustomWeb(paths, drain) : AppUnits.Web(paths, drain)),
            .. ProcessFiles(context, server).Select(file => Unit(paths.UnitOfFile(file, ""), AppUnits.Process(paths, file, drain))),
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
            Script(context, context.Run, StackPaths.WebProcess(plan.IsCustomWeb), plan.WebCommand),
            .. ProcessScripts(context, server, context.Run),
        ];
    }

    /// <summary>The lines of the background processes, one file for each instance that the server is to have.</summary>
    public static IReadOnlyList<FileChange> ProcessScripts(DeployContext context, ServerSpec server, string run) =>
    [
        .. from process in context.State.Plan.Processes
           from number in Numbers(server, process.Key)
           let command = process.Value.Replace(UniqueNumber, number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
           select Script(context, run, StackPaths.ProcessFile(process.Key, number), command),
    ];

    /// <summary>Names of these files.</summary>
    public static IReadOnlyList<string> ProcessFiles(DeployContext context, ServerSpec server) =>
        [.. context.State.Plan.Processes.Keys.SelectMany(name => Numbers(server, name).Select(number => StackPaths.ProcessFile(name, number)))];

    /// <summary>Names of all units of the run, the web server's first.</summary>
    public static IReadOnlyList<string> UnitNames(DeployContext context, ServerSpec server) => UnitNames(
        context.Paths, context.Run, [StackPaths.WebProcess(context.State.Plan.IsCustomWeb), .. ProcessFiles(context, server)]);

    /// <summary>Names of the units of a run, from the names of the files that it has.</summary>
    public static IReadOnlyList<string> UnitNames(StackPaths paths, string run, IEnumerable<string> files) =>
        [.. files.Where(name => name is not ReleaseLink).Select(name => paths.UnitOfFile(name, run))];

    private static IEnumerable<int> Numbers(ServerSpec server, string process) =>
        Enumerable.Range(1, server.ProcessCounts.GetValueOrDefault(process, 1));

    // What the user set wins over what Ruby and bundler are told.
    private static Dictionary<string, Secret> Variables(DeployContext context, ServerSpec server)
    {
        var all = BundleEnvironment.For(context).ToDictionary(pair => pair.Key, pair => new Secret(pair.Value));
        foreach (var (key, value) in context.Variables(server))
            all[key] = value;
        return all;
    }

    private static WriteFile Script(DeployContext context, string run, string name, string command) => new(
        $"{context.Paths.RunFiles(run)}/{name}", Encoding.UTF8.GetBytes(command + "\n"), Modes.GroupReadable, "root", context.Paths.User);

    private static WriteFile Unit(string template, string text) => new($"/etc/systemd/system/{template}", Encoding.UTF8.GetBytes(text));
}
