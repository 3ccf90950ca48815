using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Slipway.SystemTests.Dashboard;

[Collection(nameof(DashboardRig))]
public sealed class AccessibilityTests(DashboardRig rig)
{
    private const int NarrowPhone = 360;

    public static TheoryData<string> Pages =>
    [
        "/", "/stacks", "/stacks/new", "/stacks/{uid}", "/stacks/{uid}/deploy", "/stacks/{uid}/deployments", "/stacks/{uid}/environment",
        "/stacks/{uid}/environment?reveal=GREETING", "/stacks/{uid}/environment?edit=GREETING", "/stacks/{uid}/servers", "/stacks/{uid}/activity",
        "/stacks/{uid}/processes", "/stacks/{uid}/settings", "/stacks/{docker}/services", "/stacks/{docker}/services/web/log", "/stacks/{docker}/containers/cccccccccccc",
        "/stacks/{docker}/containers/cccccccccccc/terminal",
        "/stacks/{docker}/setup/analysis",
        "/stacks/{uid}/actions/{action}", "/stacks/{uid}/setup/analysis", "/stacks/{uid}/setup/servers", "/stacks/{uid}/setup/deploy",
        "/tokens", "/applications", "/applications/{application}", "/authorized-applications",
        "/oauth/authorize?client_id={client}&redirect_uri=urn:ietf:wg:oauth:2.0:oob&scope=public+redeploy+jobs+users+admin",
        "/account", "/people", "/people/{member}", "/audit", "/profile", "/profile/second-factor", "/devices", "/not-found",
    ];

    /// <summary>Pages for who is not signed in.</summary>
    public static TheoryData<string> OpenPages => ["/sign-in", "/session/second-factor", "/setup", "/invitation?token={invitation}", "/invitation?token=gone"];

    [Theory]
    [MemberData(nameof(Pages))]
    public Task Page_IsForEverybody_InBothThemes_AndFitsAPhone(string page) => CheckAsync(page, signIn: true);

    [Theory]
    [MemberData(nameof(OpenPages))]
    public Task OpenPage_IsForEverybody_InBothThemes_AndFitsAPhone(string page) => CheckAsync(page, signIn: false);

    private async Task CheckAsync(string address, bool signIn)
    {
        await using var window = await rig.OpenAsync(signIn: signIn);
        var page = window.Page;
        // Without motion colours are not on their way when the theme changes.
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark, ReducedMotion = ReducedMotion.Reduce });
        if (address is "/profile/second-factor")
            await StartSecondFactorAsync(window);
        var answer = await window.GoAsync(Address(address));
        Assert.True(answer!.Ok, $"{answer.Status}");
        // Nobody is sent away: what is looked at is the page itself.
        Assert.EndsWith(address is "/" ? "/stacks" : Address(address), page.Url, StringComparison.Ordinal);

        await AssertNoFindingsAsync(page, "dark", "color-contrast", "link-in-text-block");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await AssertNoFindingsAsync(page, "light");
        await page.SetViewportSizeAsync(NarrowPhone, 800);
        await AssertFitsAsync(page);
        Assert.Empty(window.Complaints);
    }

    // It shows a key, and opening it makes none.
    private static async Task StartSecondFactorAsync(BrowserWindow window)
    {
        await window.GoAsync("/profile");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Set up" }).ClickAsync();
        await window.Page.Locator("#secret").WaitForAsync();
    }

    private static async Task AssertNoFindingsAsync(IPage page, string theme, params string[] rules)
    {
        await page.Locator($"html[data-bs-theme={theme}]").WaitForAsync();
        var options = rules.Length == 0 ? null : new AxeRunOptions { RunOnly = new() { Type = "rule", Values = [.. rules] } };
        var findings = await page.RunAxe(options);
        Assert.Empty(findings.Violations.Select(finding => $"{finding.Id} ({theme}): {finding.Nodes[0].Html}"));
    }

    private static async Task AssertFitsAsync(IPage page)
    {
        Assert.Equal(NarrowPhone, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        var cut = await page.EvaluateAsync<string[]>(
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
        await window.GoAsync($"/stacks/{rig.Stack.Uid}");

        await window.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await window.Page.Locator(":focus").TextContentAsync());
        await window.Page.Keyboard.PressAsync("Enter");
        await window.Page.WaitForURLAsync("**#main");
        await window.Page.Keyboard.PressAsync("Tab");

        Assert.True(await window.Page.EvaluateAsync<bool>("document.querySelector('main').contains(document.activeElement)"));
        Assert.NotEqual("none", await window.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
    }

    [Fact]
    public async Task Dialog_AsksFirst_AndGivesTheFocusBack()
    {
        await using var window = await rig.OpenAsync();
        await window.GoAsync($"/stacks/{rig.Stack.Uid}/environment");
        const string Delete = "button[commandfor='delete-GREETING']";

        await window.PressOnAsync(Delete);
        await Assertions.Expect(window.Page.Locator("#delete-GREETING")).ToBeVisibleAsync();
        var findings = await window.Page.RunAxe();
        Assert.Empty(findings.Violations.Select(finding => $"{finding.Id}: {finding.Nodes[0].Html}"));

        await window.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(window.Page.Locator("#delete-GREETING")).ToBeHiddenAsync();
        await Assertions.Expect(window.Page.Locator(Delete).First).ToBeFocusedAsync();
    }

    private string Address(string page) => page
        .Replace("{uid}", rig.Stack.Uid, StringComparison.Ordinal)
        .Replace("{docker}", rig.DockerStack.Uid, StringComparison.Ordinal)
        .Replace("{application}", $"{rig.Application.Id}", StringComparison.Ordinal)
        .Replace("{client}", rig.Application.ClientId, StringComparison.Ordinal)
        .Replace("{member}", $"{rig.Member.Id}", StringComparison.Ordinal)
        .Replace("{invitation}", rig.InvitationToken, StringComparison.Ordinal)
        .Replace("{action}", $"{rig.ActionId}", StringComparison.Ordinal);
}
