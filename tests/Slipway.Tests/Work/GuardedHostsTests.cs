using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Engine.Remote;
using Slipway.Server.Platform.Work;
using Slipway.Tests.Support;

namespace Slipway.Tests.Work;

/// <summary>A node asks nothing of a machine for a stack that it has lost, even where the machine has not heard of the other node yet.</summary>
public sealed class GuardedHostsTests : IAsyncLifetime
{
    private static readonly MachineSpec Machine = new("10.0.0.1", 22, "root", new("key"), "SHA256:" + new string('A', 43));

    private readonly SlipwayApp _app = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RunningActions _running = new();
    private FakeMachine _machine = null!;
    private IRemoteHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync();
        _machine = _app.Machines.Add(Machine.Address);
        var scope = await _app.InDatabaseAsync(db => db.Stacks.Select(stack => new RemoteScope(stack.Slug, stack.Epoch)).FirstAsync(Cancel));
        var claims = new ClaimCheck(_app.Services.GetRequiredService<IServiceScopeFactory>(), _time, hasNodes: true);
        _host = new GuardedHosts(_app.Machines, claims, _running).For(Machine, scope);
    }

    public async ValueTask DisposeAsync()
    {
        _running.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Request_OfANodeThatLostTheStack_IsNotMade()
    {
        await RunAsync("before");
        await TakeOverAsync();
        _time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<FencedException>(() => RunAsync("after"));
        await Assert.ThrowsAsync<FencedException>(() => _host.ApplyAsync([new WriteFile("/etc/file", "text"u8.ToArray())], Cancel));
        Assert.Equal(["before"], _machine.Programs);
        Assert.Empty(_machine.Files);
    }

    [Fact]
    public async Task Request_OfANodeThatStops_IsNotMade()
    {
        await _running.StopAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync("after"));
        Assert.Empty(_machine.Programs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CancelledCommand_IsEnded_UnlessTheStackWasLost(bool isLost)
    {
        var (isEnded, cancel) = (false, new CancellationTokenSource());
        var running = _host.RunAsync(
            new() { Name = "long", Programs = [["long"]], Deadline = TimeSpan.FromMinutes(1), OpenInput = HangAsync }, onLine: null, cancel.Token);
        if (isLost)
        {
            await TakeOverAsync();
            _time.Advance(TimeSpan.FromSeconds(2));
        }
        await cancel.CancelAsync();
        var end = await Assert.ThrowsAnyAsync<Exception>(() => running);
        Assert.Equal((isLost, !isLost), (end is FencedException, isEnded));

        async Task<Stream> HangAsync(CancellationToken token)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ContinueWith(_ => isEnded = true, TaskScheduler.Default);
            token.ThrowIfCancellationRequested();
            return Stream.Null;
        }
    }

    private Task RunAsync(string program) => _host.RunAsync(new() { Name = program, Programs = [[program]], Deadline = TimeSpan.FromMinutes(1) }, onLine: null, Cancel);

    private Task TakeOverAsync() => _app.InDatabaseAsync(db => db.Stacks.ExecuteUpdateAsync(set => set.SetProperty(stack => stack.Epoch, stack => stack.Epoch + 1), Cancel));
}
