using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts.Actions;
using Slipway.Server.Platform.Work;
using Slipway.Tests.Support;

namespace Slipway.Tests.Work;

public sealed class LaneTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ActionJournal Journal => _app.Services.GetRequiredService<ActionJournal>();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Look_DoesNotWaitForWhatChangesTheStack_NorDoesItTakeItsWorkAway()
    {
        var (owner, uid, id) = await GivenStackAsync();
        await owner.Api.Actions.RestartAsync(uid, Stop);
        var change = await Journal.ClaimNextAsync(new(id), Stop);
        var waiting = await owner.Api.Actions.RestartAsync(uid, Stop);
        var look = await owner.Api.Actions.CheckServersAsync(uid, Stop);
        Assert.Equal((1, 0), (waiting.QueuePosition, look.QueuePosition));

        var beside = await Journal.ClaimNextAsync(new(id, IsBeside: true), Stop);
        Assert.Equal(look.Id, beside!.ActionId);
        await Journal.SaveAsync(change!, [], "goes on", message: null, Stop);
        await Journal.SaveAsync(beside, [], "goes on, too", message: null, Stop);

        await Journal.ClaimNextAsync(new(id, IsBeside: true), Stop);
        await Assert.ThrowsAsync<FencedException>(() => Journal.SaveAsync(beside, [], "is lost", message: null, Stop));
        await Journal.SaveAsync(change!, [], "goes on", message: null, Stop);
    }

    [Fact]
    public void Machines_KeepTheLanesApart()
    {
        var (change, look) = (new Lane(7), new Lane(7, IsBeside: true));
        Assert.NotEqual(change.ScopeOf("my_app", 3), look.ScopeOf("my_app", 3));
        Assert.Equal((("my_app", false), ("my_app", true)), (Lane.Of(change.ScopeOf("my_app", 3)), Lane.Of(look.ScopeOf("my_app", 3))));
        Assert.Equal([change, look], new[] { change, look }.Select(lane => Lane.Parse($"{lane}")));
    }

    [Fact]
    public async Task CheckOfServers_TellsWhatTheyAre_AndFailsWhenOneDoesNotAnswer()
    {
        var (owner, uid, _) = await GivenStackAsync();
        var none = await CheckAsync(owner, uid);
        Assert.Equal((false, true), (none.FinishedSuccess, none.FinishedMessage!.Contains("no servers", StringComparison.Ordinal)));

        var machine = _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1" }, Stop);
        await _app.ChangeAsync(Given.FinishActionsAsync);
        var good = await CheckAsync(owner, uid);
        Assert.True(good.FinishedSuccess, good.FinishedMessage);
        var lines = (await owner.Api.Actions.ListLogAsync(uid, good.Id, 0, Stop)).Response;
        Assert.Contains(lines, line => line.Server.Length > 0 && line.Text.Contains("processors", StringComparison.Ordinal));

        machine.HostKey = "SHA256:another";
        var bad = await CheckAsync(owner, uid);
        Assert.Equal((false, true), (bad.FinishedSuccess, bad.FinishedMessage!.Contains("shows SHA256:another", StringComparison.Ordinal)));
    }

    private async Task<StackAction> CheckAsync(Person owner, string uid)
    {
        var action = await owner.Api.Actions.CheckServersAsync(uid, Stop);
        await _app.WorkAsync(uid);
        return await owner.Api.Actions.GetAsync(uid, action.Id, Stop);
    }

    private async Task<(Person Owner, string Uid, int Id)> GivenStackAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await _app.ChangeAsync(Given.FinishActionsAsync);
        return (owner, uid, await _app.InDatabaseAsync(db => db.Stacks.Where(stack => stack.Uid == uid).Select(stack => stack.Id).SingleAsync(Stop)));
    }
}
