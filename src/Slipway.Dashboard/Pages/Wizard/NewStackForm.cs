using Slipway.Contracts.Stacks;

namespace Slipway.Dashboard.Pages.Wizard;

/// <summary>What a person types to make a stack.</summary>
public sealed class NewStackForm
{
    public string? Git { get; set; }

    public string? Branch { get; set; }

    public string? Name { get; set; }

    public string? Environment { get; set; }

    public string? OwnEnvironment { get; set; }

    public string? Definition { get; set; }

    public CreateStack ToRequest() => new()
    {
        Git = string.IsNullOrWhiteSpace(Git) ? null : Git.Trim(),
        ServiceYaml = string.IsNullOrWhiteSpace(Definition) ? null : Definition.ReplaceLineEndings("\n"),
        GitBranch = string.IsNullOrWhiteSpace(Branch) ? null : Branch.Trim(),
        Name = string.IsNullOrWhiteSpace(Name) ? NameOf(Git ?? "") : Name.Trim(),
        Environment = (string.IsNullOrWhiteSpace(OwnEnvironment) ? Environment : OwnEnvironment.Trim()) ?? "production",
    };

    // The same as in js/stack-name.js, which does it while the person types.
    private static string NameOf(string git)
    {
        var last = git.Trim().TrimEnd('/').Split('/', ':')[^1];
        return last.EndsWith(".git", StringComparison.Ordinal) ? last[..^4] : last;
    }
}
