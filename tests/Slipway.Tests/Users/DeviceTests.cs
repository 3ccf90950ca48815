using System.Net;
using System.Text.Json.Nodes;
using Slipway.Contracts.Http;
using Slipway.Contracts.Users;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Users;

public sealed class DeviceTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Device_IsAdded_Shown_Changed_AndRemoved_AsTheBlueprintSays()
    {
        var owner = await _app.GivenOwnerAsync();
        var devices = $"/api/3/users/{owner.Id}/devices";
        using var form = new FormUrlEncodedContent([new("token", "wertqy"), new("device_type", "1"), new("sub_type", "1")]);
        var (status, added) = await owner.SendAsync(HttpMethod.Post, $"{devices}.json", form);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            ["device_type", "sub_type", "token", "enabled", "created_at", "updated_at", "created_at_iso", "updated_at_iso"],
            added["response"]!.AsObject().Select(pair => pair.Key));
        Assert.Equal((1, 1, "wertqy", true), Facts(added["response"]!));
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", (string?)added["response"]!["created_at"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string?)added["response"]!["created_at_iso"]);

        using var change = new FormUrlEncodedContent([new("device_type", "1"), new("sub_type", "2")]);
        Assert.Equal((1, 2, "wertqy", true), Facts((await owner.SendAsync(HttpMethod.Put, $"{devices}/wertqy.json", change)).Body["response"]!));
        using var named = new FormUrlEncodedContent([new("token", "wertqy"), new("device_type", "1"), new("sub_type", "3")]);
        Assert.Equal((1, 3, "wertqy", true), Facts((await owner.SendAsync(HttpMethod.Put, $"{devices}.json", named)).Body["response"]!));
        using var literal = new FormUrlEncodedContent([new("token", "wertqy"), new("device_type", "2")]);
        Assert.Equal((2, null, "wertqy", true), Facts((await owner.SendAsync(HttpMethod.Put, $"{devices}/token.json", literal)).Body["response"]!));
        Assert.Equal("wertqy", Assert.Single((await owner.Api.Users.GetMeAsync(Cancel)).Devices).Token);

        using var removal = new FormUrlEncodedContent([new("token", "wertqy")]);
        var (_, removed) = await owner.SendAsync(HttpMethod.Delete, $"{devices}/token.json", removal);
        Assert.True((bool)removed["response"]!["ok"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.SendAsync(HttpMethod.Delete, $"{devices}/wertqy.json")).Status);
    }

    [Fact]
    public async Task Device_ThatIsCalledToken_IsFound()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.Api.Users.AddDeviceAsync(owner.Id, new("token", 2), Cancel);
        Assert.True((await owner.Api.Users.RemoveDeviceAsync(owner.Id, "token", Cancel)).Ok);
    }

    [Fact]
    public async Task SecondDevice_WithTheSameToken_IsAConflict_ForOnePersonOnly()
    {
        var owner = await _app.GivenOwnerAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        await owner.Api.Users.AddDeviceAsync(owner.Id, new("abc", 2), Cancel);
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(() => owner.Api.Users.AddDeviceAsync(owner.Id, new("abc", 1, 1), Cancel)));
        await owner.Api.Users.AddDeviceAsync(member.Id, new("abc", 2), Cancel);
    }

    [Theory]
    [InlineData("""{"token":"a","device_type":3,"sub_type":1}""", "device_type must be 1 (iOS) or 2 (Android).")]
    [InlineData("""{"token":"a","device_type":0,"sub_type":1}""", "device_type must be")]
    [InlineData("""{"token":"a","device_type":"iOS","sub_type":1}""", "device_type")]
    [InlineData("""{"token":"a","sub_type":1}""", "device_type is missing")]
    [InlineData("""{"token":"a","device_type":1}""", "sub_type is missing")]
    [InlineData("""{"token":"a","device_type":1,"sub_type":4}""", "sub_type must be")]
    [InlineData("""{"token":"a","device_type":2,"sub_type":9}""", "sub_type must be")]
    [InlineData("""{"device_type":1,"sub_type":1}""", "token is missing")]
    [InlineData("""{"token":"","device_type":1,"sub_type":1}""", "token")]
    [InlineData("""{"token":"a\u0000b","device_type":1,"sub_type":1}""", "token must be")]
    [InlineData("""{"token":"a\nb","device_type":1,"sub_type":1}""", "token must have")]
    [InlineData("""{"token":["a"],"device_type":1,"sub_type":1}""", "token")]
    [InlineData("""{"token":"a","device_type":99999999999,"sub_type":1}""", "device_type")]
    public async Task BadValues_AreRefused(string body, string problem)
    {
        var owner = await _app.GivenOwnerAsync();
        using var content = new StringContent(body);
        var (status, answer) = await owner.SendAsync(HttpMethod.Post, $"/api/3/users/{owner.Id}/devices", content);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(problem, (string?)answer["details"], StringComparison.Ordinal);
        Assert.Empty((await owner.Api.Users.GetMeAsync(Cancel)).Devices);
    }

    [Fact]
    public async Task DevicesOfOthers_NeedTheScope_AndAPersonThatOneManages()
    {
        var owner = await _app.GivenOwnerAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.Admin);
        var stranger = await _app.GivenStrangerAsync();
        var reader = await _app.GivenMemberAsync(AccessLevel.Admin, "reader@example.com", "public", "admin");
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => member.Api.Users.AddDeviceAsync(owner.Id, new("abc", 2), Cancel)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => stranger.Api.Users.AddDeviceAsync(owner.Id, new("abc", 2), Cancel)));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => reader.Api.Users.AddDeviceAsync(reader.Id, new("abc", 2), Cancel)));
        await owner.Api.Users.AddDeviceAsync(owner.Id, new("abc", 2), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => stranger.Api.Users.ChangeDeviceAsync(owner.Id, new("abc", 1, 1), Cancel)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => stranger.Api.Users.RemoveDeviceAsync(owner.Id, "abc", Cancel)));
    }

    private static (int Type, int? Kind, string? Token, bool Enabled) Facts(JsonNode device) =>
        ((int)device["device_type"]!, (int?)device["sub_type"], (string?)device["token"], (bool)device["enabled"]!);

    private static async Task<HttpStatusCode> StatusAsync(Func<Task> call) => (await Assert.ThrowsAsync<SlipwayApiException>(call)).Status;
}
