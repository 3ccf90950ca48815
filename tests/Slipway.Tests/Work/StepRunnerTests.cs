using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Engine;
using Slipway.Engine.Deployments;
using Slipway.Server.Actions;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;
using Slipway.Tests.Support;

namespace Slipway.Tests.Work;

public sealed class StepRunnerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FailureThatMayPass_IsTriedAgain_AsOftenAsTheStepSays()
    {
        var attempts = 0;
        var action = await RunAsync(new Step<ActionRun>("fetch", (_, _) => ++attempts < 3 ? throw Passing() : Task.CompletedTask) { Retries = 2 });
        Assert.Equal((true, 3), (action.IsSuccess, attempts));

        attempts = 0;
        action = await RunAsync(new Step<ActionRun>("fetch", (_, _) => throw Passing(++attempts)) { Retries = 2 });
        Assert.Equal((false, 3, "Step 'fetch' failed: The host does not answer."), (action.IsSuccess, attempts, action.Message));
    }

    [Fact]
    public async Task FailureThatStays_IsNotTriedAgain()
    {
        var attempts = 0;
        await RunAsync(new Step<ActionRun>("fetch", (_, _) => throw new UserErrorException($"There is no such branch. {++attempts}")) { Retries = 2 });
        Assert.Equal(1, attempts);
        await RunAsync(new Step<ActionRun>("switch", (_, _) => throw Passing(++attempts)));
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task StepThatHangs_EndsAtItsDeadline()
    {
        var action = await RunAsync(new Step<ActionRun>("hang", (_, token) => Task.Delay(Timeout.Infinite, token)) { Deadline = TimeSpan.FromMinutes(5) });
        Assert.Equal((false, "Step 'hang' failed: 'hang' did not end within 00:05:00."), (action.IsSuccess, action.Message));
    }

    [Fact]
    public async Task ActionThatHangs_EndsAtTheDeadlineOfTheWhole()
    {
        var steps = Enumerable.Range(1, 9).Select(number => new Step<ActionRun>($"step {number}", (run, token) => WaitAsync(run, token)) { Deadline = TimeSpan.FromHours(1) });
        var action = await RunAsync([.. steps]);
        Assert.False(action.IsSuccess);
        Assert.StartsWith("Step 'step 4' failed: It was not over within 03:00:00", action.Message, StringComparison.Ordinal);

        static async Task WaitAsync(ActionRun run, CancellationToken token)
        {
            await Task.Delay(TimeSpan.FromMinutes(55), Clock(run), token);
        }
    }

    [Fact]
    public async Task HeavySteps_RunSomeAtATime_AndTheOthersSayThatTheyWait()
    {
        var (now, most, ended) = (0, 0, new TaskCompletionSource());
        var handler = new Handler([new("pack", PackAsync) { IsHeavy = true }]);
        await using var app = new SlipwayApp
        {
            Replace = services => services.AddScoped<IActionHandler>(_ => handler),
            Settings = { ["Slipway:Work:MaxHeavySteps"] = "2" },
        };
        var owner = await app.GivenOwnerAsync();
        var running = new List<Task>();
        foreach (var name in new[] { "One", "Two", "Three" })
        {
            var uid = (await owner.GivenStackAsync(name)).Uid;
            await GivenActionAsync(app, uid);
            running.Add(app.WorkAsync(uid));
        }
        while (await app.InDatabaseAsync(db => db.LogLines.CountAsync(line => line.Text.StartsWith("Waiting"), Stop)) == 0)
            await Task.Delay(10, Stop);
        Assert.Equal(2, Volatile.Read(ref now));
        ended.SetResult();
        await Task.WhenAll(running);
        Assert.Equal(2, most);

        async Task PackAsync(ActionRun run, CancellationToken token)
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await ended.Task.WaitAsync(token);
            Interlocked.Decrement(ref now);
        }
    }

    [Fact]
    public void DeploymentsStep_KeepsItsLimits_AsAStepOfAnAction()
    {
        var step = new Step<DeployContext>("fetch", (_, _) => Task.CompletedTask) { Deadline = TimeSpan.FromMinutes(7), Retries = 2, IsHeavy = true };
        var adapted = Assert.Single(DeployStack.Adapt([step], null!, null!));
        Assert.Equal(("fetch", step.Deadline, 2, true), (adapted.Name, adapted.Deadline, adapted.Retries, adapted.IsHeavy));
    }

    private static UserErrorException Passing(int attempt = 0) => new("The host does not answer.") { IsTransient = true, HelpLink = $"{attempt}" };

    private static TimeProvider Clock(ActionRun run) => Handler.Clocks[run.Claim.StackUid];

    // Time passes as fast as the steps wait for it.
    private static async Task<StackAction> RunAsync(params Step<ActionRun>[] steps)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var app = new SlipwayApp { Time = time, Replace = services => services.AddScoped<IActionHandler>(_ => new Handler(steps)) };
        var uid = (await (await app.GivenOwnerAsync()).GivenStackAsync()).Uid;
        Handler.Clocks[uid] = time;
        await GivenActionAsync(app, uid);
        var working = app.WorkAsync(uid);
        while (!working.IsCompleted)
        {
            await Task.Delay(5, Stop);
            time.Advance(TimeSpan.FromMinutes(1));
        }
        await working;
        return await app.InDatabaseAsync(db => db.Actions.AsNoTracking().SingleAsync(action => action.Kind == Handler.TestKind, Stop));
    }

    private static Task GivenActionAsync(SlipwayApp app, string uid) => app.ChangeAsync(async db =>
    {
        await Given.FinishActionsAsync(db);
        Stack stack = await db.Stacks.FirstAsync(stack => stack.Uid == uid, Stop);
        db.Actions.Add(new()
        {
            Stack = stack, Kind = Handler.TestKind, Name = "test", Payload = "{}", ResourceType = StackAction.OnStack, ResourceId = stack.Id,
            UserEmail = "somebody@example.com", StartedVia = "api", CreatedAt = DateTimeOffset.UnixEpoch,
        });
    });

    private sealed class Handler(IReadOnlyList<Step<ActionRun>> steps) : IActionHandler
    {
        public const string TestKind = "test";

        public static Dictionary<string, TimeProvider> Clocks { get; } = [];

        public string Kind => TestKind;

        public Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken) => Task.FromResult(new ActionPlan(steps));
    }
}
