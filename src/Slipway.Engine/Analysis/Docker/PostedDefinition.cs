using Slipway.Engine.Stacks;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>A definition of containers that comes with the stack and not out of its repository.</summary>
internal static class PostedDefinition
{
    /// <summary>What it is called, in the API and wherever mistakes are told.</summary>
    public const string Name = "service_yaml";

    /// <summary>
    /// What is wrong with a text before anything is known of the repository's files and the stack's leave, which the analysis asks for.
    /// Null when nothing is.
    /// </summary>
    public static string? FindMistakes(string text, string environment, bool hasRepository)
    {
        const HostAccess Any = HostAccess.Mounts | HostAccess.Privileged | HostAccess.Namespaces;
        var remarks = new Remarks();
        new DefinitionReader(Name, hasRepository ? null : new HashSet<string>(), remarks, Any).Read(text, environment);
        return remarks.Problems.Count > 0 ? string.Join('\n', Remarks.Shown(remarks.Problems)) : null;
    }
}
