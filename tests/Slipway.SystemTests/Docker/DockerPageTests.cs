using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
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
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = DashboardRig.BrowserArguments, Timeout = BrowserWindow.Patience });
        var context = await browser.NewContextAsync(new() { BaseURL = deployed.Owner.Slipway.BaseUrl.AbsoluteUri });
        await using var window = new BrowserWindow(context, await context.NewPageAsync());
        await DashboardRig.SignInAsync(window, Owner.Email, Owner.Password);
        await window.GoAsync($"/stacks/{app.Uid}/services");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Log of web" }).ClickAsync();
        var lines = window.Page.GetByLabel("Lines").GetByRole(AriaRole.Listitem);
        await Assertions.Expect(lines.Last).ToContainTextAsync("serving ");
        var before = await lines.CountAsync();

        await app.Code.CommitVersionAsync("4711", App.Token);
        DeployedApp.AssertSucceeded(await app.DeployAsync());

        await Assertions.Expect(lines.Last).ToContainTextAsync("serving 4711");
        Assert.Equal(before + 1, await lines.CountAsync());
        await window.GoAsync($"/stacks/{app.Uid}/services");
        await Assertions.Expect(window.Page.Locator("[data-cpu]").First).ToHaveTextAsync(new Regex(@"^[0-9.]+ %$"));
        await Assertions.Expect(window.Page.Locator("[data-memory]").First).ToHaveTextAsync(new Regex("^[1-9][0-9]* MiB$"));
        await window.Page.Locator("a[href*='/containers/']").First.ClickAsync();
        await Assertions.Expect(lines.Last).ToContainTextAsync("serving 4711");
        Assert.Equal([], window.Complaints);
    }

    [Fact]
    public async Task Terminal_IsAShellInTheContainer_ThatEndsWithItsReader()
    {
        var uid = (await deployed.App.Client.Containers.ListAsync(deployed.App.Uid, serviceName: "web", cancellationToken: App.Token)).Response[0].Uid;
        using (var reader = await OpenAsync(uid, 100, 30))
        {
            await reader.TypeAsync("echo $((6*7)) $SLIPWAY_TERMINAL | cut -c1-5\n");
            await reader.SeeAsync("42 ");
            await reader.TypeAsync("stty size\n");
            await reader.SeeAsync("30 100");
            await reader.ResizeAsync(132, 50);
            await reader.TypeAsync("until [ \"$(stty size)\" = '50 132' ]; do :; done; echo resi''zed\n");
            await reader.SeeAsync("resized");
            // More than all buffers in between hold: nothing is lost, and a key still gets through.
            await reader.TypeAsync("yes | head -n 2000000 | tail -n 3 | tr -d '\\n'; yes flo''od\n");
            await reader.SeeAsync("yyy");
            await reader.SeeAsync("flood");
            await reader.TypeAsync("\x03");
            await reader.TypeAsync("sleep 4321\n");
            await App.WaitAsync(async () => await SleepersAsync() != "");
            await reader.CloseAsync();
        }
        await App.WaitAsync(async () => await SleepersAsync() == "" && await ShellsAsync() == "");

        // So it does when the line is cut, which the server notices by itself.
        using var cut = await OpenAsync(uid, 80, 24);
        await cut.TypeAsync("sleep 4321\n");
        await App.WaitAsync(async () => await SleepersAsync() != "");
        await deployed.App.Server.ExecuteAsync(["sh", "-c", "pkill -KILL -f '^sshd.*: root@[n]otty'"], App.Token);
        Assert.Equal(1011, (await cut.EndAsync()).Status);
        await App.WaitAsync(async () => await SleepersAsync() == "" && await ShellsAsync() == "");
    }

    [Fact]
    public async Task TerminalPage_IsForEverybody_AndTellsHowItEnded()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = DashboardRig.BrowserArguments, Timeout = BrowserWindow.Patience });
        var context = await browser.NewContextAsync(new() { BaseURL = deployed.Owner.Slipway.BaseUrl.AbsoluteUri });
        await using var window = new BrowserWindow(context, await context.NewPageAsync());
        var page = window.Page;
        await DashboardRig.SignInAsync(window, Owner.Email, Owner.Password);
        await window.GoAsync($"/stacks/{deployed.App.Uid}/services");
        await page.GetByRole(AriaRole.Link, new() { Name = "Terminal of" }).First.ClickAsync();
        var (status, rows) = (page.Locator("[data-status]"), page.Locator(".xterm-rows"));
        await Assertions.Expect(status).ToHaveTextAsync("Open");

        await page.Keyboard.TypeAsync("printf '\\033[38;2;120;200;255m%s\\033[0m\\n' \"forty-$((6*7))\"; stty size\n");
        await Assertions.Expect(rows).ToContainTextAsync("forty-42");
        await Assertions.Expect(rows).ToContainTextAsync(new Regex("[2-5][0-9] 1[0-9][0-9]"));
        var findings = await page.RunAxe();
        Assert.Empty(findings.Violations.Select(finding => $"{finding.Id}: {finding.Nodes[0].Html}"));
        // The tabulator key is the shell's; there is another way out.
        await page.Keyboard.PressAsync("Shift+Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Close" })).ToBeFocusedAsync();
        await page.Locator(".xterm-helper-textarea").FocusAsync();
        await page.Keyboard.TypeAsync("exit 3\n");
        await Assertions.Expect(status).ToHaveTextAsync("Ended. The shell ended with exit code 3.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Open again" }).ClickAsync();
        await Assertions.Expect(status).ToHaveTextAsync("Open");
        Assert.Equal([], window.Complaints);
    }

    private async Task<TerminalReader> OpenAsync(string uid, int columns, int rows) =>
        new(await deployed.App.Client.Containers.OpenTerminalAsync(deployed.App.Uid, uid, columns, rows, App.Token));

    private Task<string> SleepersAsync() => deployed.App.Server.ExecuteAsync(["sh", "-c", "pgrep -f '[s]leep 4321' || true"], App.Token);

    private Task<string> ShellsAsync() => deployed.App.Server.ExecuteAsync(["sh", "-c", "grep -l SLIPWAY_TERMINAL /proc/[0-9]*/environ 2>/dev/null || true"], App.Token);
}
