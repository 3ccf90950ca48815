using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Steps;
using Slipway.Engine.Git;
using Slipway.Tests.Docker;
using Slipway.Tests.Provisioning;

namespace Slipway.Tests.Deployments;

public sealed class SendCodeTests
{
    private const string Header = "# v2 git bundle\n\n";
    private const string Pack = "PACK with all that the server lacks";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("rack", "web", 0)]
    [InlineData("rack", "web", 2)]
    [InlineData("docker", "docker", 1)]
    public async Task Pack_IsSentWhole_HoweverOftenItsConnectionWasLost(string framework, string role, int losses)
    {
        var attempt = new Attempt();
        attempt.Machine.LossesOfInput = losses;
        var code = new OnePack();

        await SendCode.RunAsync(Context(attempt, code, framework, role), Cancel);

        Assert.Equal(Pack, attempt.Machine.Inputs["check out the code"]);
        Assert.Equal(0, attempt.Machine.LossesOfInput);
        // It is a file of the control plane, and closed when nobody needs it any more.
        Assert.Equal((1, false), (code.Opened.Count, code.Opened[0].CanRead));
    }

    [Fact]
    public async Task EachServer_GetsAPackOfItsOwn_AndOneThatHasTheCommitNone()
    {
        var attempt = new Attempt();
        var second = attempt.AddMachine(2);
        second.LossesOfInput = 1;
        var third = attempt.AddMachine(3);
        third.Answers[string.Join(' ', RemoteGitCommands.ListKnown)] = "c0ffee";
        var code = new OnePack();
        var context = Context(attempt, code, "rack", "web");
        context.Wanted = context.Wanted with { Servers = [Specs.Server(1, "web"), Specs.Server(2, "web"), Specs.Server(3, "web")] };

        await SendCode.RunAsync(context, Cancel);

        Assert.Equal([Pack, Pack], [attempt.Machine.Inputs["check out the code"], second.Inputs["check out the code"]]);
        Assert.DoesNotContain("check out the code", third.Inputs.Keys);
        Assert.Equal(2, code.Opened.Count);
    }

    private static DeployContext Context(Attempt attempt, ICodeSource code, string framework, string role)
    {
        attempt.Context.State.Commit = "c0ffee";
        return attempt.Context with { Code = code, Wanted = Specs.Stack([Specs.Server(1, role)]) with { Framework = framework } };
    }

    // As the mirror gives it: the file of a bundle, with the pack behind the header.
    private sealed class OnePack : ICodeSource
    {
        public List<Stream> Opened { get; } = [];

        public Task<Stream?> OpenPackAsync(string commit, IReadOnlyCollection<string> knownCommits, CancellationToken cancellationToken)
        {
            var stream = new MemoryStream(Encoding.UTF8.GetBytes(Header + Pack)) { Position = Header.Length };
            lock (Opened)
                Opened.Add(stream);
            return Task.FromResult<Stream?>(stream);
        }

        public Task<GitCommit> FetchAsync(string gitRef, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ReleasePlan> PlanAsync(GitCommit commit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string?> ReadFileAsync(string commit, string path, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
