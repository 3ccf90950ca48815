using System.Net;
using System.Text.RegularExpressions;
using Slipway.Server.Users;
using Slipway.Tests.OAuth;
using Slipway.Tests.Support;

namespace Slipway.Tests.Dashboard;

/// <summary>The pages of applications and tokens, from the registration to the end of the access.</summary>
public sealed partial class ApplicationPageTests : IAsyncDisposable
{
    private const string Email = "owner@example.com";

    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Application_IsRegistered_Changed_RenewedAndDeleted()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var visitor = await (await new Visitor(_app).SignInAsync(Email)).OpenAsync("/applications");

        await visitor.SendAsync("/applications", ("_handler", "new-application"), ("Name", "Bot"), ("Addresses", "javascript:alert(1)"));
        Assert.Contains("redirect_uris", visitor.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"Bot\"", visitor.Html, StringComparison.Ordinal);

        await visitor.SendAsync(
            "/applications", ("_handler", "new-application"), ("Name", "Bot"), ("Addresses", $"{OAuthClient.Callback}\r\nhttp://127.0.0.1:99/\r\n"), ("OutOfBand", "true"));
        var secret = Shown().Matches(visitor.Html)[1].Value;
        var application = Assert.Single((await owner.Api.Applications.ListAsync(1, Cancel)).Response);
        Assert.Equal(3, application.RedirectUris.Count);

        await visitor.OpenAsync($"/applications/{application.Id}");
        Assert.DoesNotContain(secret, visitor.Html, StringComparison.Ordinal);
        await visitor.SendAsync($"/applications/{application.Id}", ("_handler", "change"), ("Name", "Renamed"), ("Addresses", OAuthClient.Callback));
        Assert.EndsWith($"/applications/{application.Id}", visitor.Location, StringComparison.Ordinal);
        Assert.Equal(["Renamed", OAuthClient.Callback], await NameAndAddressesAsync(owner, application.Id));

        await visitor.OpenAsync($"/applications/{application.Id}");
        await visitor.SendAsync($"/applications/{application.Id}", ("_handler", "renew"));
        Assert.Contains("The secret is new", visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync($"/applications/{application.Id}", ("_handler", "delete"));
        Assert.EndsWith("/applications", visitor.Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.OpenAsync($"/applications/{application.Id}")).Status);
    }

    [Theory]
    [InlineData("/tokens", true)]
    [InlineData("/applications", true)]
    [InlineData("/authorized-applications", true)]
    [InlineData("/stacks", false)]
    public async Task MenuTellsWhereItIs(string page, bool isAboutAccess)
    {
        await _app.GivenOwnerAsync(Email);
        var visitor = await (await new Visitor(_app).SignInAsync(Email)).OpenAsync(page);
        Assert.Equal(isAboutAccess, ActiveTokens().IsMatch(visitor.Html));
    }

    [Fact]
    public async Task Member_ReadsWhoRegisters_InsteadOfAForm()
    {
        await _app.GivenOwnerAsync(Email);
        await _app.GivenMemberAsync(AccessLevel.View);
        var visitor = await (await new Visitor(_app).SignInAsync("member@example.com")).OpenAsync("/applications");

        Assert.Equal(HttpStatusCode.OK, visitor.Status);
        Assert.Contains("The account's owner and its administrators", visitor.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("new-application", visitor.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AuthorizedApplication_IsListed_AndRevoked()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var client = await OAuthClient.RegisterAsync(_app, owner);
        var visitor = await new Visitor(_app).SignInAsync(Email);
        await client.GetTokenAsync(visitor);

        await visitor.OpenAsync("/authorized-applications");
        Assert.Contains("Harbour bot", visitor.Text, StringComparison.Ordinal);
        Assert.Contains("1 token", visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync("/authorized-applications", ("_handler", $"revoke-{client.Registration.Id}"));

        Assert.Contains("None.", (await visitor.OpenAsync("/authorized-applications")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PersonalToken_HasTheChosenEnd()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var visitor = await (await new Visitor(_app).SignInAsync(Email)).OpenAsync("/tokens");

        await visitor.SendAsync("/tokens", ("_handler", "new-token"), ("Name", "short"), ("scopes", "public"), ("Days", "7"));

        var token = (await owner.Api.Tokens.ListAsync(1, Cancel)).Response[0];
        Assert.Equal(7, Math.Round((token.ExpiresAt!.Value - token.CreatedAt).TotalDays, 2));
        Assert.Contains("expires", visitor.Text, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> NameAndAddressesAsync(Person owner, int id)
    {
        var application = await owner.Api.Applications.GetAsync(id, Cancel);
        return [application.Name, .. application.RedirectUris];
    }

    [GeneratedRegex("""<a class="nav-link active" href="/tokens" aria-current="true">""")]
    private static partial Regex ActiveTokens();

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Shown();
}
