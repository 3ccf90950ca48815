using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Engine.Analysis.Settings;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Runs what users put into .cloud66/deploy_hooks.yml. What they wrote becomes a file; it runs as the stack's user unless the hook says otherwise.</summary>
internal static partial class RunHooks
{
    private const string HookDirectory = "/tmp/deploy_hooks";

    private static readonly string[] BeforeBundle =
    [
        "after_checkout", "first_thing", "before_redis", "after_redis", "before_mysql", "after_mysql", "before_postgresql", "after_postgresql",
        "before_mongodb", "after_mongodb", "before_rails",
    ];

    private static readonly string[] AfterBundle = ["after_bundle"];

    private static readonly string[] AfterSymlink = ["after_symlink"];

    private static readonly string[] AtEnd = ["after_rails", "before_agent", "after_agent", "last_thing"];

    public static Step<DeployContext> BeforeBundleStep { get; } = StepFor("run hooks before bundle", BeforeBundle);

    public static Step<DeployContext> AfterBundleStep { get; } = StepFor("run hooks after bundle", AfterBundle);

    public static Step<DeployContext> AfterSymlinkStep { get; } = StepFor("run hooks after symlink", AfterSymlink);

    public static Step<DeployContext> AtEndStep { get; } = StepFor("run last hooks", AtEnd);

    private static Step<DeployContext> StepFor(string name, IReadOnlyList<string> points) =>
        new(name, (context, token) => RunAsync(context, points, token)) { When = context => HooksAt(context, points).Any() };

    private static IEnumerable<DeployHook> HooksAt(DeployContext context, IReadOnlyList<string> points)
    {
        var hooks = new DeployHooks(context.State.Plan.Hooks);
        return points.SelectMany(point => hooks.At(point, context.IsBuild));
    }

    private static async Task RunAsync(DeployContext context, IReadOnlyList<string> points, CancellationToken cancellationToken)
    {
        foreach (var hook in HooksAt(context, points))
        {
            foreach (var server in ServersOf(context, hook))
                await RunAsync(context, hook, server, cancellationToken);
        }
    }

    // Only web servers have the code, the variables and the stack's user.
    private static IReadOnlyList<ServerSpec> ServersOf(DeployContext context, DeployHook hook)
    {
        var servers = context.WebServers.Where(server => hook.Target is "any" or "rails" || server.HasRole(hook.Target)).ToList();
        return hook.RunOn is HookServers.All ? servers : [.. servers.Take(1)];
    }

    private static async Task RunAsync(DeployContext context, DeployHook hook, ServerSpec server, CancellationToken cancellationToken)
    {
        var name = $"hook {hook.Point}, line {hook.Line.ToString(CultureInfo.InvariantCulture)}";
        await context.SayAsync(server, $"Running {name}");
        try
        {
            await (hook.Kind is HookKind.Script ? CopyScriptAsync(context, hook, server, name, cancellationToken)
                : RunCommandAsync(context, hook, server, name, cancellationToken));
        }
        catch (RemoteException exception) when (!hook.HaltOnError)
        {
            await context.Log.WriteAsync(server.Name, Severity.Warning, $"{exception.Message}\nThe hook says that the deployment goes on.");
        }
    }

    private static async Task RunCommandAsync(
        DeployContext context, DeployHook hook, ServerSpec server, string name, CancellationToken cancellationToken)
    {
        if (hook.Command is null)
            return;
        var (host, user) = (context.Hosts(server), UserOf(context, hook));
        var file = $"{HookDirectory}/{context.Run}-{hook.Point}-{hook.Line.ToString(CultureInfo.InvariantCulture)}";
        await host.ApplyAsync(
            [
                new MakeDirectory(HookDirectory),
                new WriteFile(file, Encoding.UTF8.GetBytes(hook.Command + "\n"), Modes.Private, user, user),
            ],
            cancellationToken);
        var result = await host.RunAsync(
            AppCommands.Script(context, name, file, HookDirectory) with { User = user }, onLine: null, cancellationToken);
        await host.ApplyAsync([new Remove(file)], cancellationToken);
        result.EnsureSuccess();
    }

    private static async Task CopyScriptAsync(
        DeployContext context, DeployHook hook, ServerSpec server, string name, CancellationToken cancellationToken)
    {
        var host = context.Hosts(server);
        var variables = context.Variables(server).ToDictionary(variable => variable.Key, variable => variable.Value.Reveal());
        var content = await context.Code.ReadFileAsync(context.State.Commit, hook.Source!, cancellationToken)
            ?? throw new UserErrorException($"{name}: the file {hook.Source} is not in commit {context.State.Commit}.");
        var (destination, user) = (Resolve(hook.Destination!, variables), UserOf(context, hook));
        if (!destination.StartsWith('/') || destination.Split('/').Contains(".."))
            throw new UserErrorException($"{name}: the destination '{destination}' is no absolute path without '..'.");
        var owner = (hook.Owner ?? user).Split(':');
        var text = hook.Parse ? Resolve(content, variables) : content;
        await host.ApplyAsync(
            [new WriteFile(destination, Encoding.UTF8.GetBytes(text), Modes.Listable, owner[0], owner is [_, var group] ? group : owner[0])],
            cancellationToken);
        if (!hook.Execute)
            return;
        var result = await host.RunAsync(AppCommands.Program(context, name, destination) with { User = user }, onLine: null, cancellationToken);
        result.EnsureSuccess();
    }

    private static string UserOf(DeployContext context, DeployHook hook) => hook.Sudo ? "root" : hook.RunAs ?? context.Paths.User;

    private static string Resolve(string text, Dictionary<string, string> variables) =>
        Embedded().Replace(text, match => variables.GetValueOrDefault(match.Groups["name"].Value, ""));

    [GeneratedRegex("""<%=\s*ENV\[\s*['"](?<name>[A-Za-z_][A-Za-z0-9_]*)['"]\s*\]\s*%>""")]
    private static partial Regex Embedded();
}
