using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Tests.Support;

namespace Slipway.Tests.Dashboard;

public sealed partial class ProfileTests
{
    private const string Email = "owner@example.com";
    private const string NewPassword = "a better horse battery";

    [Fact]
    public async Task Password_IsChanged_ByWhoKnowsIt()
    {
        await using var app = new SlipwayApp();
        var visitor = await GivenSignedInAsync(app);
        await visitor.OpenAsync("/profile");

        await visitor.SendAsync("/profile/password", ("current", "not this one, no"), ("password", NewPassword));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        await visitor.SendAsync("/profile/password", ("current", SlipwayApp.Password), ("password", NewPassword));
        Assert.Contains("The password is changed", visitor.Text, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await visitor.OpenAsync("/stacks")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await new Visitor(app).SignInAsync(Email)).Status);
        Assert.Equal("/stacks", (await new Visitor(app).SignInAsync(Email, NewPassword)).Location);
    }

    [Fact]
    public async Task SecondStep_IsSetUpWithACode_AndTurnedOffWithThePassword()
    {
        await using var app = new SlipwayApp();
        var visitor = await GivenSignedInAsync(app);
        // To look changes nothing.
        Assert.Equal("/profile", (await visitor.OpenAsync("/profile/second-factor")).Location);
        Assert.Equal(0, await app.InDatabaseAsync(db => db.UserTokens.CountAsync(TestContext.Current.CancellationToken)));
        await visitor.OpenAsync("/profile");
        Assert.Equal("/profile/second-factor", (await visitor.SendAsync("/profile/second-factor/start")).Location);
        await visitor.OpenAsync("/profile/second-factor");
        var secret = Secret().Match(visitor.Html).Groups[1].Value;
        Assert.Contains("data:image/svg+xml;base64,", WebUtility.HtmlDecode(visitor.Html), StringComparison.Ordinal);

        await visitor.SendAsync("/profile/second-factor", ("digits", "12345"));
        Assert.Contains("The code is not right", visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync("/profile/second-factor", ("digits", Totp.Now(secret)));
        Assert.Equal(10, RecoveryCode().Count(visitor.Text));
        var half = await new Visitor(app).SignInAsync(Email);
        Assert.StartsWith("/session/second-factor", half.Location, StringComparison.Ordinal);
        await half.OpenAsync(half.Location!);
        await half.SendAsync("/session/second-factor", ("code", "no such code"));
        Assert.Contains("The code is not right", half.Text, StringComparison.Ordinal);
        var refused = await app.InDatabaseAsync(db => db.AuditEntries.SingleAsync(entry => entry.SubjectType == "sign_in", TestContext.Current.CancellationToken));
        Assert.Equal((Email, "not signed in", "POST /session/second-factor"), (refused.Subject, refused.Who, refused.Operation));
        Assert.Contains("""{"wrong":"second step"}""", refused.Changes, StringComparison.Ordinal);

        Assert.Equal("/profile", (await visitor.OpenAsync("/profile/second-factor")).Location);
        await visitor.OpenAsync("/profile");
        Assert.Contains("10 recovery codes are left", visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync("/profile/second-factor/end", ("password", "not this one, no"));
        Assert.Contains("The password is wrong", visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync("/profile/second-factor/end", ("password", SlipwayApp.Password));
        Assert.Equal("/stacks", (await new Visitor(app).SignInAsync(Email)).Location);
    }

    private static async Task<Visitor> GivenSignedInAsync(SlipwayApp app)
    {
        await app.GivenOwnerAsync(Email);
        return await new Visitor(app).SignInAsync(Email);
    }

    [GeneratedRegex("id=\"secret\">([A-Z2-7]+)<")]
    private static partial Regex Secret();

    [GeneratedRegex("\\b[0-9A-Z]{5}-[0-9A-Z]{5}\\b")]
    private static partial Regex RecoveryCode();
}
