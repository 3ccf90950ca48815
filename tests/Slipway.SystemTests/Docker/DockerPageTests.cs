using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Slipway.SystemTests.Dashboard;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>What the dashboard shows of containers that run, in a real browser.</summary>
public sealed class DockerPageTests(DockerApp deployed) : IClassFixture<DockerApp>
{
    [Fact]
    public async Task Pages_ShowLinesAsTheyCome_AndWhatContainersUse()
    {
        var app = deployed.App;
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = DashboardRig.BrowserArguments });
        var context = await browser.NewContextAsync(new() { BaseURL = deployed.Owner.Slipway.BaseUrl.AbsoluteUri });
        await using var window = new BrowserWindow(context, await context.NewPageAsync());
        await DashboardRig.SignInAsync(window.Page, Owner.Email, Owner.Password);
        await window.Page.GotoAsync($"/stacks/{app.Uid}/services");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Log of web" }).ClickAsync();
        var lines = window.Page.GetByLabel("Lines").GetByRole(AriaRole.Listitem);
        await Assertions.Expect(lines.Last).ToContainTextAsync("serving ");
        var before = await lines.CountAsync();

        await app.Code.CommitVersionAsync("4711", App.Token);
        DeployedApp.AssertSucceeded(await app.DeployAsync());

        await Assertions.Expect(lines.Last).ToContainTextAsync("serving 4711");
        Assert.Equal(before + 1, await lines.CountAsync());
        await window.Page.GotoAsync($"/stacks/{app.Uid}/services");
        await Assertions.Expect(window.Page.Locator("[data-cpu]").First).ToHaveTextAsync(new Regex(@"^[0-9.]+ %$"));
        await Assertions.Expect(window.Page.Locator("[data-memory]").First).ToHaveTextAsync(new Regex("^[1-9][0-9]* MiB$"));
        await window.Page.Locator("a[href*='/containers/']").First.ClickAsync();
        await Assertions.Expect(lines.Last).ToContainTextAsync("serving 4711");
        Assert.Equal([], window.Complaints);
    }
}
