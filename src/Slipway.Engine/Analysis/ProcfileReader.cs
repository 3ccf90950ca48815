using System.Text.RegularExpressions;

namespace Slipway.Engine.Analysis;

internal sealed record Procfile(IReadOnlyList<ProcessSpec> Processes, string? CustomWeb);

/// <summary>Reads Procfile_ENVIRONMENT, or Procfile when there is none for the environment.</summary>
internal static partial class ProcfileReader
{
    private const int MaxProcesses = 100;

    public static Procfile Read(RepositorySnapshot repository, string environment, Remarks remarks)
    {
        var path = repository.Files.FirstOrDefault(file => file.Equals($"Procfile_{environment}", StringComparison.OrdinalIgnoreCase)) ?? "Procfile";
        return repository.Text(path) is { } text ? Parse(path, text, remarks) : new Procfile([], null);
    }

    private static Procfile Parse(string path, string text, Remarks remarks)
    {
        var processes = new Dictionary<string, ProcessSpec>(StringComparer.OrdinalIgnoreCase);
        string? customWeb = null;
        var number = 0;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()))
        {
            number++;
            if (line is "" || line.StartsWith('#'))
                continue;
            var match = LinePattern().Match(line);
            var name = match.Groups["name"].Value;
            var command = match.Groups["command"].Value.Trim();
            if (Mistake(match.Success, name, command, line) is { } mistake)
                remarks.Problems.Add($"{path}, line {number}: {mistake}");
            else if (name is "web")
                remarks.Notes.Add($"The web line of {path} is not used: Slipway starts the web server itself. Rename it to custom_web to start your own.");
            else if (name is "release")
                remarks.Notes.Add($"The release line of {path} is not used: migrations run by themselves, and other commands of a deployment go into .cloud66/deploy_hooks.yml.");
            else if (name is "custom_web")
                customWeb = command;
            else if (processes.Count >= MaxProcesses || !processes.TryAdd(name, new ProcessSpec(name, command)))
                remarks.Problems.Add($"{path}, line {number}: the process {name} stands here twice, or there are more than {MaxProcesses}.");
        }

        return new Procfile([.. processes.Values], customWeb);
    }

    private static string? Mistake(bool matches, string name, string command, string line) => line switch
    {
        _ when !matches => "expected \"name: command\".",
        _ when !NamePattern().IsMatch(name) => "the name of a process begins with a letter and has up to 50 letters, digits, - and _.",
        _ when command is "" => $"the process {name} has no command.",
        _ when command.Any(c => char.IsControl(c) && c is not '\t') => $"the command of {name} contains control characters.",
        _ => null,
    };

    [GeneratedRegex(@"^(?<name>[^:\s]+)\s*:(?<command>.*)$")]
    private static partial Regex LinePattern();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,49}$")]
    private static partial Regex NamePattern();
}
