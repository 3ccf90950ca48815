namespace Slipway.Engine.Analysis.Settings;

/// <summary>Reads .cloud66/deploy_hooks.yml. Every mistake is reported with its line and what was expected; a file with mistakes gives no hooks.</summary>
internal sealed class DeployHooksReader(IReadOnlySet<string> repositoryFiles, Remarks remarks)
{
    public const string Path = ".cloud66/deploy_hooks.yml";

    private static readonly string[] Frameworks = ["sinatra", "padrino", "rack"];

    public DeployHooks Read(string text, string environment)
    {
        var mistakes = remarks.Problems.Count;
        var root = YamlFile.TryRead(Path, text, out var mistake);
        if (mistake is not null)
            remarks.Problems.Add(mistake);
        if (root is null)
            return DeployHooks.None;
        if (root is not YamlMap document)
        {
            Expect(root, "a mapping of environments (production: ...)");
            return DeployHooks.None;
        }

        var hooks = new List<DeployHook>();
        var section = document[environment];
        if (section is YamlMap points)
        {
            foreach (var (point, node) in points.Entries)
                ReadPoint(point, node, hooks);
        }
        else if (section is not (null or YamlText { IsNull: true }))
        {
            Expect(section, "a mapping of hook points (after_bundle: ...)");
        }

        return remarks.Problems.Count == mistakes ? new DeployHooks(hooks) : DeployHooks.None;
    }

    private void ReadPoint(string written, YamlNode node, List<DeployHook> hooks)
    {
        var point = Normalized(written);
        if (!DeployHooks.Points.Contains(point))
        {
            Say(node.Line, $"\"{written}\" is not a hook point. Use one of: {string.Join(", ", DeployHooks.Points)}.");
            return;
        }

        if (node is YamlText { IsNull: true })
            return;
        if (node is not YamlList list)
        {
            Expect(node, $"a list of hooks (- command: ...) under {written}");
            return;
        }

        foreach (var item in list.Items)
        {
            if (item is YamlMap map)
                ReadHook(point, map, hooks);
            else
                Expect(item, "a hook (- command: ..., - snippet: ... or - source: ...)");
        }
    }

    private void ReadHook(string point, YamlMap map, List<DeployHook> hooks)
    {
        var fields = new HookFields(map, Say);
        HookKind[] kinds = [.. new[] { HookKind.Snippet, HookKind.Command, HookKind.Script }.Where(kind => map[HookFields.KeyOf(kind)] is not null)];
        if (kinds is not [var only])
        {
            Say(map.Line, "a hook needs exactly one of snippet, command and source.");
            return;
        }

        fields.RefuseUnknown(only);
        var target = fields.Choice("target", "any", HookFields.Targets);
        var runOn = fields.Choice("run_on", "single_server", ["single_server", "all_servers"]);
        var hook = new DeployHook
        {
            Point = point,
            Kind = only,
            Line = map.Line,
            Snippet = only is HookKind.Snippet ? fields.Text("snippet") : null,
            Command = only is HookKind.Command ? fields.Text("command") : null,
            Source = only is HookKind.Script ? fields.Text("source")?.TrimStart('/') : null,
            Destination = only is HookKind.Script ? fields.Text("destination") : null,
            Target = Frameworks.Contains(target) ? "rails" : target,
            Execute = fields.Flag("execute", only is not HookKind.Script),
            ApplyDuring = fields.Choice("apply_during", "all", ["all", "build_only", "deploy_only"]) switch
            {
                "build_only" => HookPhase.BuildOnly,
                "deploy_only" => HookPhase.DeployOnly,
                _ => HookPhase.All,
            },
            HaltOnError = fields.Flag("halt_on_error", true),
            RunOn = target is "any" || runOn is "all_servers" ? HookServers.All : HookServers.Single,
            RunAs = fields.UserName("run_as"),
            Sudo = fields.Flag("sudo", false),
            Parse = fields.Flag("parse", true),
            Owner = fields.UserName("owner"),
        };
        if (hook.RunAs is not null && hook.Sudo)
            Say(map.Line, "a hook has either run_as or sudo, not both.");
        if (hook.Kind is HookKind.Script)
            CheckScript(map, hook);
        if (hook.Kind is HookKind.Snippet)
            remarks.CannotDo.Add($"The hook {point} uses the snippet {hook.Snippet}, which lies in a library of Cloud 66. Put the script into the repository and use source: instead.");
        hooks.Add(hook);
    }

    private void CheckScript(YamlMap map, DeployHook hook)
    {
        if (map["destination"] is null)
            Say(map.Line, "a hook with source needs a destination: the path of the file on the server.");
        else if (hook.Destination is { } destination && (!(destination.StartsWith('/') || destination.StartsWith("<%=", StringComparison.Ordinal)) || destination.Split('/').Contains("..")))
            Say(map["destination"]!.Line, "destination expects an absolute path without \"..\".");
        if (hook.Source is { } source && !repositoryFiles.Contains(source))
            Say(map["source"]!.Line, $"there is no file {source} in the repository.");
    }

    private static string Normalized(string point)
    {
        var parts = point.Split('_', 2);
        return parts is ["before" or "after", var name] && Frameworks.Contains(name) ? $"{parts[0]}_rails" : point;
    }

    private void Expect(YamlNode node, string expected) => Say(node.Line, $"expected {expected}, found {node.Kind}.");

    private void Say(int line, string message) => remarks.Problems.Add($"{Path}, line {line}: {message}");
}
