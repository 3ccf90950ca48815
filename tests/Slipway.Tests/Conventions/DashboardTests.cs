using System.Text.RegularExpressions;

namespace Slipway.Tests.Conventions;

/// <summary>Keeps pages in sight.</summary>
public sealed partial class DashboardTests
{
    [Fact]
    public void Pages_AreAllLookedAt_InABrowser()
    {
        var looked = Literal().Matches(File.ReadAllText(Path.Combine(Repository.Root, "tests/Slipway.SystemTests/Dashboard/AccessibilityTests.cs")))
            .Select(literal => literal.Groups[1].Value.Split('?')[0]).ToHashSet();
        var routes = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/Slipway.Dashboard"), "*.razor", SearchOption.AllDirectories)
            .SelectMany(file => Route().Matches(File.ReadAllText(file))).Select(route => route.Groups[1].Value).ToList();

        Assert.NotEmpty(routes);
        BudgetTests.AssertNone(
            from route in routes
            let page = new Regex("^" + Parameter().Replace(route, "[^/]+") + "$")
            where !looked.Any(page.IsMatch)
            select $"{route} is not among the pages of AccessibilityTests");
    }

    [GeneratedRegex("\"(/[^\" ]*)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("^@page \"([^\"]+)\"", RegexOptions.Multiline)]
    private static partial Regex Route();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
