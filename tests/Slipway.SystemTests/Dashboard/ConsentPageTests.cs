using System.Net;
using System.Net.Sockets;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Slipway.Contracts.Applications;

namespace Slipway.SystemTests.Dashboard;

/// <summary>What no test over HTTP sees: that a browser follows the way from the sign-in over the consent to another origin.</summary>
[Collection(nameof(DashboardRig))]
public sealed class ConsentPageTests(DashboardRig rig)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Browser_IsLedFromTheSignIn_ToTheApplication_AskedAndRemembered()
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        var callback = $"http://127.0.0.1:{((IPEndPoint)elsewhere.LocalEndpoint).Port}/callback";
        var application = await rig.Api.Applications.RegisterAsync(new("Elsewhere", [callback]), Token);
        var url = $"/oauth/authorize?client_id={application.ClientId}&redirect_uri={Uri.EscapeDataString(callback)}&scope=redeploy&state=s";

        Assert.Contains("code=", await SignInAndArriveAsync(elsewhere, url, isAsked: true), StringComparison.Ordinal);
        Assert.Contains("state=s", await SignInAndArriveAsync(elsewhere, url, isAsked: false), StringComparison.Ordinal);
        await rig.Api.Applications.DeleteAsync(application.Id, Token);
    }

    [Fact]
    public async Task Code_IsShown_ToBeCopied()
    {
        await using var window = await rig.OpenAsync(width: 360);
        var page = window.Page;
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await window.GoAsync($"/oauth/authorize?client_id={rig.Application.ClientId}&redirect_uri={Application.OutOfBand}&scope=jobs");
        await page.GetByLabel("For how long").SelectOptionAsync("7");
        await window.PressOnAsync("button[value=allow]");
        // The code's page has the bare address.
        await page.WaitForURLAsync("**/oauth/authorize");

        await window.ClickOnceLoadedAsync("Copy the code");
        await page.GetByText("Copied").First.WaitForAsync();
        Assert.Equal((await page.Locator("#code").TextContentAsync())!.Trim(), await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        var findings = await page.RunAxe();
        Assert.Empty(findings.Violations.Select(finding => $"{finding.Id}: {finding.Nodes[0].Html}"));
        Assert.Equal(360, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(window.Complaints);
    }

    private async Task<string> SignInAndArriveAsync(TcpListener elsewhere, string url, bool isAsked)
    {
        await using var window = await rig.OpenAsync(signIn: false);
        var arrival = ReadRequestLineAsync(elsewhere);
        await window.GoAsync(url);
        await window.Page.GetByLabel("E-mail address").FillAsync(DashboardRig.Email);
        await window.Page.GetByLabel("Password").FillAsync(DashboardRig.Password);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        if (isAsked)
            await window.Page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
        return await arrival.WaitAsync(TimeSpan.FromMinutes(2), Token);
    }

    private static async Task<string> ReadRequestLineAsync(TcpListener elsewhere)
    {
        while (true)
        {
            using var connection = await elsewhere.AcceptTcpClientAsync(Token);
            var stream = connection.GetStream();
            using var reader = new StreamReader(stream, leaveOpen: true);
            var line = await reader.ReadLineAsync(Token);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray(), Token);
            // Browsers ask for an icon, too.
            if (line?.StartsWith("GET /callback", StringComparison.Ordinal) == true)
                return line;
        }
    }
}
