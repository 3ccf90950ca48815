namespace Slipway.Dashboard.Ui;

/// <summary>What each scope allows, in the words of the pages.</summary>
internal static class ScopeTexts
{
    public static readonly IReadOnlyList<(string Scope, string Text)> All =
    [
        ("public", "Look at stacks, servers and deployments."),
        ("redeploy", "Deploy, cancel and roll back."),
        ("jobs", "Look at jobs and run them."),
        ("users", "Look at people and change them."),
        ("admin", "Everything else: servers, variables, settings."),
    ];

    public static string Of(string scope) => All.First(pair => pair.Scope == scope).Text;
}
