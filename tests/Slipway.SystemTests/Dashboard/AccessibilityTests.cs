using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Slipway.SystemTests.Dashboard;

[Collection(nameof(DashboardRig))]
public sealed class AccessibilityTests(DashboardRig rig)
{
    private const int NarrowPhone = 360;

    public static TheoryData<string> Pages =>
    [
        "/stacks", "/stacks/new", "/stacks/{uid}", "/stacks/{uid}/deploy", "/stacks/{uid}/deployments", "/stacks/{uid}/environment",
        "/stacks/{uid}/environment?reveal=GREETING", "/stacks/{uid}/environment?edit=GREETING", "/stacks/{uid}/servers", "/stacks/{uid}/activity",
        "/stacks/{uid}/processes", "/stacks/{uid}/settings",
        "/stacks/{uid}/actions/{action}", "/stacks/{uid}/setup/analysis", "/stacks/{uid}/setup/servers", "/stacks/{uid}/setup/deploy",
        "/tokens", "/applications", "/applications/{application}", "/authorized-applications",
        "/oauth/authorize?client_id={client}&redirect_uri=urn:ietf:wg:oauth:2.0:oob&scope=public+redeploy+jobs+users+admin", "/profile", "/profile/second-factor", "/sign-in", "/setup", "/session/second-factor",
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_IsForEverybody_InBothThemes(string page)
    {
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var window = await rig.OpenAsync(theme);
            await window.Page.GotoAsync(Address(page));

            Assert.Equal(theme is ColorScheme.Dark ? "dark" : "light", await window.Page.Locator("html").GetAttributeAsync("data-bs-theme"));
            var findings = await window.Page.RunAxe();
            Assert.Empty(findings.Violations.Select(finding => $"{finding.Id} ({theme}): {finding.Nodes[0].Html}"));
            Assert.Empty(window.Complaints);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_FitsANarrowPhone(string page)
    {
        await using var window = await rig.OpenAsync(width: NarrowPhone);
        await window.Page.GotoAsync(Address(page));

        Assert.Equal(NarrowPhone, await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        var cut = await window.Page.EvaluateAsync<string[]>(
            """
            width => [...document.querySelectorAll('main *, header *')]
              .filter(element => element.checkVisibility() && !element.closest('.visually-hidden') && element.getBoundingClientRect().right > width + 1)
              .map(element => element.outerHTML.slice(0, 120))
            """,
            NarrowPhone);
        Assert.Empty(cut);
    }

    [Fact]
    public async Task SkipLink_IsFirst_AndLeadsPastTheMenu()
    {
        await using var window = await rig.OpenAsync();
        await window.Page.GotoAsync($"/stacks/{rig.Stack.Uid}");

        await window.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await window.Page.Locator(":focus").TextContentAsync());
        await window.Page.Keyboard.PressAsync("Enter");
        await window.Page.Keyboard.PressAsync("Tab");

        Assert.True(await window.Page.EvaluateAsync<bool>("document.querySelector('main').contains(document.activeElement)"));
        Assert.NotEqual("none", await window.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
    }

    [Fact]
    public async Task Dialog_AsksFirst_AndGivesTheFocusBack()
    {
        await using var window = await rig.OpenAsync();
        await window.Page.GotoAsync($"/stacks/{rig.Stack.Uid}/environment");
        const string Delete = "button[commandfor='delete-GREETING']";

        await window.PressOnAsync(Delete);
        Assert.True(await window.Page.Locator("#delete-GREETING").IsVisibleAsync());
        var findings = await window.Page.RunAxe();
        Assert.Empty(findings.Violations.Select(finding => $"{finding.Id}: {finding.Nodes[0].Html}"));

        await window.Page.Keyboard.PressAsync("Escape");
        Assert.False(await window.Page.Locator("#delete-GREETING").IsVisibleAsync());
        Assert.True(await window.Page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", Delete));
    }

    private string Address(string page) => page
        .Replace("{uid}", rig.Stack.Uid, StringComparison.Ordinal)
        .Replace("{application}", $"{rig.Application.Id}", StringComparison.Ordinal)
        .Replace("{client}", rig.Application.ClientId, StringComparison.Ordinal)
        .Replace("{action}", $"{rig.ActionId}", StringComparison.Ordinal);
}
