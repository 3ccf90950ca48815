using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Slipway.Rig;

namespace Slipway.SystemTests.Dashboard;

[Collection(nameof(DashboardRig))]
public sealed partial class WizardTests(DashboardRig rig, Testbed testbed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wizard_LeadsFromRepositoryToLiveApplication_WithKeysAlone()
    {
        await using var server = await testbed.StartWarmAsync(Token);
        await using var window = await rig.OpenAsync();
        var page = window.Page;

        await window.GoAsync("/stacks");
        await window.PressOnAsync("a[href='/stacks/new']");
        await page.WaitForURLAsync("**/stacks/new");
        await window.TypeIntoAsync("#git", rig.Repository.Url);
        await Assertions.Expect(page.Locator("#name")).ToHaveValueAsync(SuggestedName());
        await window.TypeIntoAsync("#name", "Beacon");
        await window.PressOnAsync("button.btn-primary");

        await page.GetByRole(AriaRole.Heading, new() { Name = "Beacon is ready for a server" }).WaitForAsync();
        Assert.Contains("Rack", await page.Locator(".found").InnerTextAsync(), StringComparison.Ordinal);
        await window.PressOnAsync("a[href$='/setup/servers'].btn-primary");

        await window.TypeIntoAsync("#address", server.Address);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#fingerprint").WaitForAsync();
        Assert.Matches("^SHA256:", await page.Locator("#fingerprint").InnerTextAsync());
        await window.TabToAsync("input[type=radio]");
        await page.Keyboard.PressAsync("ArrowDown");
        await window.TypeIntoAsync("#private-key", await File.ReadAllTextAsync(server.PrivateKeyFile, Token));
        await window.TypeIntoAsync("#server-name", "otter");
        await window.PressOnAsync("form[method=post] button.btn-primary");
        await page.GetByText("otter").WaitForAsync();
        await window.PressOnAsync("a[href$='/setup/deploy']");
        await page.WaitForURLAsync("**/setup/deploy");
        await window.PressOnAsync("button.btn-lg");

        await page.WaitForURLAsync(ActionAddress());
        await page.GetByText("The application answers at").WaitForAsync(new() { Timeout = (float)Patience.TotalMilliseconds });
        Assert.NotEqual(0, await page.Locator(".log-lines > li").CountAsync());
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Wizard_ShowsTheDeployKey_WhenTheCodeCannotBeRead()
    {
        await using var window = await rig.OpenAsync();
        await window.GoAsync("/stacks/new");
        await window.Page.GetByLabel("Git repository").FillAsync(rig.Repository.Url + "-that-is-not-there");
        await window.Page.GetByLabel("Name of the stack").FillAsync("Wreck");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Analyse the code" }).ClickAsync();

        await window.Page.GetByRole(AriaRole.Heading, new() { Name = "The code could not be read" }).WaitForAsync();
        Assert.StartsWith("ssh-ed25519 ", await window.Page.Locator("#deploy-key").InnerTextAsync(), StringComparison.Ordinal);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Analyse again" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Wizard_SaysWhatIsWrong_AndKeepsWhatWasTyped_WithoutScripts()
    {
        await using var window = await rig.OpenAsync(runsScripts: false);
        await window.GoAsync("/stacks/new");
        await window.Page.GetByLabel("Git repository").FillAsync(rig.Repository.Url);
        await window.Page.GetByLabel("Name of the stack").FillAsync(rig.Stack.Name);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Analyse the code" }).ClickAsync();

        Assert.Contains("Choose another name", await window.Page.GetByRole(AriaRole.Alert).InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(rig.Repository.Url, await window.Page.GetByLabel("Git repository").InputValueAsync());
    }

    [GeneratedRegex("^rack-app-[0-9a-f]+$")]
    private static partial Regex SuggestedName();

    [GeneratedRegex("/actions/[0-9]+$")]
    private static partial Regex ActionAddress();
}
