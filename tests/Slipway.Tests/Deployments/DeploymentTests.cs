using System.Net;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Deployments;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Server.Deployments;
using Slipway.Tests.Support;

namespace Slipway.Tests.Deployments;

public sealed class DeploymentTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Redeploy_QueuesABuild_AndTheStackLooksBusyAtOnce()
    {
        var (owner, uid) = await GivenDeployableAsync();
        var reply = await owner.Api.Deployments.RedeployAsync(uid, "v1.2", Cancel);
        Assert.Equal((true, false), (reply.Ok, reply.Queued));
        var deployment = await owner.Api.Deployments.GetAsync(uid, reply.DeploymentId, Cancel);
        Assert.Equal(
            ("build", "in progress", "api", true, true, reply.AsyncActionId),
            (deployment.DeployType.Meaning, deployment.Outcome.Meaning, deployment.TriggeredVia.Meaning, deployment.IsHead, deployment.IsDeploying, deployment.AsyncActionId));
        Assert.Matches("^[a-z0-9]{10}$", deployment.DeploySession);
        Assert.Equal(StackStatus.QueuedForDeploying, (await owner.Api.Stacks.GetAsync(uid, Cancel)).Status);
        Assert.True((await owner.Api.Deployments.RedeployAsync(uid, "", Cancel)).Queued);
    }

    [Fact]
    public async Task Redeploy_OfTheSameReference_JoinsTheOneThatWaitsLast()
    {
        var (owner, uid) = await GivenDeployableAsync();
        var first = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        var again = await owner.Api.Deployments.RedeployAsync(uid, "", Cancel);
        Assert.Equal((first.AsyncActionId, first.DeploymentId, true), (again.AsyncActionId, again.DeploymentId, again.Queued));
        Assert.Contains("joins", again.Message, StringComparison.Ordinal);
        var other = await owner.Api.Deployments.RedeployAsync(uid, "v1", Cancel);
        var behind = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        Assert.Distinct([first.AsyncActionId, other.AsyncActionId, behind.AsyncActionId]);
        Assert.Equal(
            [2, 1, 0],
            (await owner.Api.Actions.ListAsync(uid, 1, Cancel)).Response.Where(action => action.FinishedAt is null).Select(action => action.QueuePosition));

        // What has begun may have fetched the code before what is asked for now was pushed; what is cancelled will never fetch it.
        await _app.ChangeAsync(async db =>
        {
            await Given.FinishActionsAsync(db);
            (await db.Actions.SingleAsync(action => action.Id == behind.AsyncActionId, Cancel)).FinishedAt = null;
            (await db.Actions.SingleAsync(action => action.Id == behind.AsyncActionId, Cancel)).ClaimedAt = DateTimeOffset.UnixEpoch;
        });
        var next = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        Assert.NotEqual(behind.AsyncActionId, next.AsyncActionId);
        await owner.Api.Deployments.CancelAsync(uid, next.DeploymentId, Cancel);
        Assert.NotEqual(next.AsyncActionId, (await owner.Api.Deployments.RedeployAsync(uid, null, Cancel)).AsyncActionId);
        Assert.Null((await owner.Api.Actions.GetAsync(uid, behind.AsyncActionId, Cancel)).QueuePosition);
    }

    [Theory]
    [InlineData("-x")]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData("$(id)\n")]
    public async Task Redeploy_RefusesWhatIsNoReference(string gitRef)
    {
        var (owner, uid) = await GivenDeployableAsync();
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Deployments.RedeployAsync(uid, gitRef, Cancel));
    }

    [Fact]
    public async Task Redeploy_RefusesStacksThatCannotBeDeployed()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Deployments.RedeployAsync(uid, null, Cancel));
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        var noServer = await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Deployments.RedeployAsync(uid, null, Cancel));
        Assert.Contains("no web server", noServer.Message, StringComparison.Ordinal);
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid, problems: ["No Gemfile.lock."]));
        var problem = await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Deployments.RedeployAsync(uid, null, Cancel));
        Assert.Contains("No Gemfile.lock.", problem.Message, StringComparison.Ordinal);
        await _app.ChangeAsync(async db => (await db.Stacks.FirstAsync(Cancel)).Status = StackStatus.TerminalFailure);
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Deployments.RedeployAsync(uid, null, Cancel));
        Assert.Empty((await owner.Api.Deployments.ListAsync(uid, 1, Cancel)).Response);
    }

    [Fact]
    public async Task Cancel_MarksTheAction_AndRefusesWhatIsFinished()
    {
        var (owner, uid) = await GivenDeployableAsync();
        var reply = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        Assert.True((await owner.Api.Deployments.CancelAsync(uid, reply.DeploymentId, Cancel)).Ok);
        Assert.Equal(owner.Email, await _app.InDatabaseAsync(db =>
            db.Actions.Where(action => action.Id == reply.AsyncActionId).Select(action => action.CancelledBy).FirstAsync(Cancel)));
        await _app.ChangeAsync(db => Given.DeploymentEndAsync(db, reply.DeploymentId, DeploymentOutcome.Cancelled, isLive: false));
        await AssertStatusAsync(HttpStatusCode.Conflict, () => owner.Api.Deployments.CancelAsync(uid, reply.DeploymentId, Cancel));
    }

    [Fact]
    public async Task Cancel_OfWhatWaits_EndsItAtOnce_AndLeavesWhatRuns()
    {
        var (owner, uid) = await GivenDeployableAsync();
        var running = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        await _app.ChangeAsync(async db =>
        {
            (await db.Actions.SingleAsync(action => action.Id == running.AsyncActionId, Cancel)).ClaimedAt = DateTimeOffset.UnixEpoch;
            (await db.Stacks.SingleAsync(Cancel)).Status = StackStatus.Deploying;
        });
        var waiting = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        await owner.Api.Deployments.CancelAsync(uid, waiting.DeploymentId, Cancel);
        Assert.Equal("cancelled", (await owner.Api.Deployments.GetAsync(uid, waiting.DeploymentId, Cancel)).Outcome.Meaning);
        var action = await owner.Api.Actions.GetAsync(uid, waiting.AsyncActionId, Cancel);
        Assert.Equal((false, $"Cancelled by {owner.Email} before it began"), (action.FinishedSuccess, action.FinishedMessage));
        Assert.Equal(StackStatus.Deploying, (await owner.Api.Stacks.GetAsync(uid, Cancel)).Status);

        await _app.ChangeAsync(db => Given.DeploymentEndAsync(db, running.DeploymentId, DeploymentOutcome.Success, isLive: true));
        var last = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        await owner.Api.Deployments.CancelAsync(uid, last.DeploymentId, Cancel);
        Assert.Equal(StackStatus.Success, (await owner.Api.Stacks.GetAsync(uid, Cancel)).Status);
    }

    [Fact]
    public async Task Rollback_GoesToKeptSuccessfulReleasesOnly()
    {
        var (owner, uid) = await GivenDeployableAsync();
        var first = await FinishedAsync(owner, uid, DeploymentOutcome.Success, isLive: false);
        var failed = await FinishedAsync(owner, uid, DeploymentOutcome.Failed, isLive: false);
        var live = await FinishedAsync(owner, uid, DeploymentOutcome.Success, isLive: true);
        await AssertStatusAsync(HttpStatusCode.Conflict, () => owner.Api.Deployments.RollbackAsync(uid, failed, Cancel));
        await AssertStatusAsync(HttpStatusCode.Conflict, () => owner.Api.Deployments.RollbackAsync(uid, live, Cancel));

        var reply = await owner.Api.Deployments.RollbackAsync(uid, first, Cancel);
        var list = (await owner.Api.Deployments.ListAsync(uid, 1, Cancel)).Response;
        Assert.Equal([reply.DeploymentId, live, failed, first], list.Select(deployment => deployment.Id));
        Assert.Equal(["rollback", "deploy", "deploy", "build"], list.Select(deployment => deployment.DeployType.Meaning));
        Assert.Equal([false, false, false, true], list.Select(deployment => deployment.CanRollback));
        var releases = await _app.InDatabaseAsync(db => db.Deployments.ToDictionaryAsync(row => row.Id, row => row.Release, Cancel));
        Assert.Equal(releases[first], releases[reply.DeploymentId]);
    }

    private async Task<(Person Owner, string Uid)> GivenDeployableAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1" }, Cancel);
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        return (owner, uid);
    }

    private async Task<int> FinishedAsync(Person owner, string uid, DeploymentOutcome outcome, bool isLive)
    {
        RedeployReply reply = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        await _app.ChangeAsync(db => Given.DeploymentEndAsync(db, reply.DeploymentId, outcome, isLive));
        return reply.DeploymentId;
    }

    private static async Task<SlipwayApiException> AssertStatusAsync(HttpStatusCode status, Func<Task> act)
    {
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(act);
        Assert.Equal(status, exception.Status);
        return exception;
    }
}
