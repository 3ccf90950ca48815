using System.Net;
using System.Text.RegularExpressions;
using Slipway.SystemTests.Support;

namespace Slipway.SystemTests.Work;

/// <summary>Whoever has signed in at one node is signed in at all.</summary>
public sealed partial class SessionTests(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SessionAndForm_OfOneNode_GoOnAtTheOther()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler);
        var form = await browser.GetStringAsync(new Uri(nodes.First.BaseUrl, "sign-in"), Cancel);
        var guard = AntiforgeryToken().Match(form).Groups[1].Value;
        using var fields = new FormUrlEncodedContent(
            [new("__RequestVerificationToken", guard), new("email", "owner@example.com"), new("password", "correct horse battery"), new("return", "/stacks")]);

        // The form came from one node and goes to the other, the page then comes from the first again.
        using var signedIn = await browser.PostAsync(new Uri(nodes.Second.BaseUrl, "session"), fields, Cancel);
        using var page = await browser.GetAsync(new Uri(nodes.First.BaseUrl, "stacks"), Cancel);

        Assert.Equal((HttpStatusCode.Redirect, "/stacks"), (signedIn.StatusCode, signedIn.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryToken();
}
