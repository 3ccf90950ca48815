using Microsoft.Playwright;

namespace Slipway.SystemTests.Dashboard;

[Collection(nameof(DashboardRig))]
public sealed class TokenPageTests(DashboardRig rig)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Token_IsCopied_Works_AndIsRevokedAfterAQuestion()
    {
        await using var window = await rig.OpenAsync();
        var page = window.Page;
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await window.GoAsync("/tokens");
        await page.GetByLabel("Name").FillAsync("my \"quoted\" <token>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();

        await window.ClickOnceLoadedAsync("Copy the token");
        await page.GetByText("Copied").First.WaitForAsync();
        var token = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        var client = rig.Server.ClientFor(token);
        Assert.Equal(DashboardRig.Email, (await client.Users.GetMeAsync(Token)).Email);

        await window.GoAsync("/tokens");
        Assert.DoesNotContain(token, await page.ContentAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke my \"quoted\" <token>" }).ClickAsync();
        // The page that comes has the same address.
        await page.RunAndWaitForResponseAsync(
            () => page.Locator("dialog[open]").GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync(),
            answer => answer.Request.Method == "GET" && answer.Url.EndsWith("/tokens", StringComparison.Ordinal));

        await Assert.ThrowsAsync<Contracts.Http.SlipwayApiException>(() => client.Users.GetMeAsync(Token));
    }
}
