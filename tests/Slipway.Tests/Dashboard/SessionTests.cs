using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Dashboard;

public sealed class SessionTests
{
    private const string Email = "owner@example.com";

    [Fact]
    public async Task Stranger_IsSentToSignIn_WithTheWayBack()
    {
        await using var app = new SlipwayApp();

        var visitor = await new Visitor(app).OpenAsync("/stacks?page=2");

        Assert.Equal(HttpStatusCode.Redirect, visitor.Status);
        Assert.EndsWith("/sign-in?return=%2Fstacks%3Fpage%3D2", visitor.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/tokens", "/tokens")]
    [InlineData("", "/stacks")]
    [InlineData("//elsewhere.example", "/stacks")]
    [InlineData("/\\elsewhere.example", "/stacks")]
    [InlineData("https://elsewhere.example/", "/stacks")]
    [InlineData("~/stacks", "/stacks")]
    public async Task SignIn_LeadsBack_ButNotElsewhere(string wanted, string expected)
    {
        await using var app = new SlipwayApp();
        await app.GivenOwnerAsync(Email);

        var visitor = await new Visitor(app).SignInAsync(Email, goTo: wanted);

        Assert.Equal((HttpStatusCode.Redirect, expected), (visitor.Status, visitor.Location));
        Assert.Equal(HttpStatusCode.OK, (await visitor.OpenAsync("/stacks")).Status);
    }

    [Fact]
    public async Task SignIn_SaysTheSame_ForAWrongPasswordAndAnUnknownPerson()
    {
        await using var app = new SlipwayApp();
        await app.GivenOwnerAsync(Email);

        var wrong = await new Visitor(app).SignInAsync(Email, "wrong wrong wrong");
        var unknown = await new Visitor(app).SignInAsync("nobody@example.com", "wrong wrong wrong");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.Contains("E-mail address or password is wrong", wrong.Text, StringComparison.Ordinal);
        Assert.Contains($"value=\"{Email}\"", wrong.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong wrong wrong", wrong.Html, StringComparison.Ordinal);
        Assert.Equal(wrong.Status, unknown.Status);
        Assert.Equal(wrong.Text.Replace(Email, "", StringComparison.Ordinal), unknown.Text.Replace("nobody@example.com", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SignIn_RestsAfterFiveWrongPasswords()
    {
        await using var app = new SlipwayApp();
        await app.GivenOwnerAsync(Email);
        for (var i = 0; i < 5; i++)
            await new Visitor(app).SignInAsync(Email, "wrong wrong wrong");

        var visitor = await new Visitor(app).SignInAsync(Email);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        Assert.Equal(HttpStatusCode.Redirect, (await visitor.OpenAsync("/stacks")).Status);
    }

    [Fact]
    public async Task Forms_AreRefused_WithoutTheirToken()
    {
        await using var app = new SlipwayApp();
        await app.GivenOwnerAsync(Email);

        var visitor = await new Visitor(app).SendBareAsync("/session", ("email", Email), ("password", SlipwayApp.Password));
        Assert.Equal(HttpStatusCode.BadRequest, visitor.Status);

        await visitor.SignInAsync(Email);
        await visitor.SendBareAsync("/session/end", ("everywhere", "no"));
        Assert.Equal(HttpStatusCode.BadRequest, visitor.Status);
        Assert.Equal(HttpStatusCode.OK, (await visitor.OpenAsync("/stacks")).Status);
    }

    [Fact]
    public async Task SignOut_EndsTheSession()
    {
        await using var app = new SlipwayApp();
        await app.GivenOwnerAsync(Email);
        var visitor = await new Visitor(app).SignInAsync(Email);
        await visitor.OpenAsync("/stacks");

        await visitor.SendAsync("/session/end");

        Assert.Equal("/sign-in", visitor.Location);
        Assert.Equal(HttpStatusCode.Redirect, (await visitor.OpenAsync("/stacks")).Status);
    }

    [Fact]
    public async Task Setup_MakesTheOwner_AndSignsInAtOnce()
    {
        await using var app = new SlipwayApp();
        var visitor = await new Visitor(app).OpenAsync($"/setup?token={app.SetupToken}");

        await visitor.SendAsync("/setup", ("token", app.SetupToken), ("email", Email), ("password", "short"), ("account", "Harbour"));
        Assert.Contains("at least 12 characters", visitor.Text, StringComparison.Ordinal);
        Assert.Contains($"value=\"{Email}\"", visitor.Html, StringComparison.Ordinal);

        await visitor.SendAsync("/setup", ("token", app.SetupToken), ("email", Email), ("password", SlipwayApp.Password), ("account", "Harbour"));
        Assert.Equal("/stacks", visitor.Location);
        Assert.Contains("Put your first application to sea", (await visitor.OpenAsync("/stacks")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondStep_TakesACodeOfTheApp_OrARecoveryCodeOnce()
    {
        await using var app = new SlipwayApp();
        await app.GivenOwnerAsync(Email);
        var recoveryCodes = await GivenSecondStepAsync(app);

        var visitor = await new Visitor(app).SignInAsync(Email, goTo: "/tokens");
        Assert.StartsWith("/session/second-factor?return=%2Ftokens", visitor.Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await visitor.OpenAsync("/stacks")).Status);

        await visitor.OpenAsync("/session/second-factor");
        await visitor.SendAsync("/session/second-factor", ("code", "000 00x"), ("return", "/tokens"));
        Assert.Contains("The code is not right", visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync("/session/second-factor", ("code", recoveryCodes[0].ToLowerInvariant()), ("return", "/tokens"));
        Assert.Equal("/tokens", visitor.Location);
        Assert.Equal(HttpStatusCode.OK, (await visitor.OpenAsync("/stacks")).Status);

        var second = await new Visitor(app).SignInAsync(Email);
        await second.OpenAsync("/session/second-factor");
        await second.SendAsync("/session/second-factor", ("code", recoveryCodes[0]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, second.Status);
    }

    private static async Task<IReadOnlyList<string>> GivenSecondStepAsync(SlipwayApp app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var owner = (await people.FindByEmailAsync(Email))!;
        await people.ResetAuthenticatorKeyAsync(owner);
        await people.SetTwoFactorEnabledAsync(owner, true);
        return [.. await people.GenerateNewTwoFactorRecoveryCodesAsync(owner, 2) ?? []];
    }
}
