using System.Net;
using Slipway.Contracts.Http;
using Slipway.Contracts.Servers;
using Slipway.Contracts.Stacks;
using Slipway.Rig;

namespace Slipway.SystemTests.Deployments;

/// <summary>Servers that cannot be worked with: what people are told, at enrolment and later.</summary>
public sealed class BadServerTests(DeployedApp deployed) : IClassFixture<DeployedApp>
{
    private readonly App _app = deployed.App;
    private readonly Owner _owner = deployed.Owner;

    [Fact]
    public async Task Enrolment_SaysWhatIsWrong()
    {
        var stack = await _owner.CreateAsync("Nowhere yet", await _owner.Git.CreateRepositoryAsync("samples/rack-app", App.Token), []);
        var server = await _owner.StartServerAsync();
        var good = await Owner.DescribeAsync(server);
        var (hostKey, otherKey) = (await _owner.Client.Servers.GetHostKeyAsync(server.Address, cancellationToken: App.Token), $"SHA256:{new string('A', 43)}");

        await AssertRefusedAsync(stack, good with { Address = "192.0.2.1" }, "192.0.2.1");
        await AssertRefusedAsync(stack, good with { Port = 9 }, "port 9");
        await AssertRefusedAsync(stack, good with { PrivateKey = null }, "refused the key");
        await AssertRefusedAsync(stack, good with { HostKey = otherKey }, hostKey.Fingerprint, otherKey);
        await AssertRefusedAsync(stack, good with { UserName = "plain" }, "sudo");
        foreach (var hostile in new[] { "-oProxyCommand=touch /tmp/x", "a;b", "$(id)", "127.0.0.1\n", "" })
            await AssertRefusedAsync(stack, good with { Address = hostile }, "address");
        foreach (var hostile in new[] { "-l", "root;id", "$(id)", "a b" })
            await AssertRefusedAsync(stack, good with { UserName = hostile }, "user");
        Assert.Empty((await _owner.Client.Servers.ListAsync(stack.Uid, cancellationToken: App.Token)).Response);

        await server.ExecuteAsync(["sed", "-i", "s/^ID=.*/ID=slackware/", "/etc/os-release"], App.Token);
        await AssertRefusedAsync(stack, good, "slackware");
        // What a machine with another init has not.
        await server.ExecuteAsync(["mv", "/run/systemd/system", "/run/systemd/away"], App.Token);
        await AssertRefusedAsync(stack, good, "systemd");
    }

    [Fact]
    public async Task ChangedHostKey_StopsADeployment_AndBothKeysAreNamed()
    {
        var app = await _owner.DeployAsync("Replaced", [await _owner.StartServerAsync()]);
        var pinned = (await _owner.Client.Servers.ListAsync(app.Uid, cancellationToken: App.Token)).Response[0].HostKey!;
        await app.Server.ExecuteAsync(
            ["sh", "-c", "rm /etc/ssh/ssh_host_*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh && pkill -KILL -f '[s]shd: root'"], App.Token);
        var shown = (await _owner.Client.Servers.GetHostKeyAsync(app.Server.Address, cancellationToken: App.Token)).Fingerprint;
        var failed = await app.DeployAsync();
        Assert.Equal("failed", failed.Outcome.Meaning);
        Assert.Contains(pinned, failed.Message, StringComparison.Ordinal);
        Assert.Contains(shown, failed.Message, StringComparison.Ordinal);
        Assert.NotEqual(pinned, shown);
        Assert.Equal(await app.Code.HeadAsync(App.Token), await app.RevisionAsync());
    }

    [Fact]
    public async Task FullDisk_IsNamed_AndTheOldReleaseServes()
    {
        var before = await _app.RevisionAsync();
        var releases = $"{_app.Base}/releases";
        await _app.Server.ExecuteAsync(["sh", "-c", $"mount -t tmpfs -o size=64k,mode=0755 tmpfs {releases} && dd if=/dev/zero of={releases}/fill bs=1k 2>/dev/null || true"], App.Token);
        await _app.Code.CommitVersionAsync("too much", App.Token);
        var failed = await _app.DeployAsync();
        Assert.Equal("failed", failed.Outcome.Meaning);
        Assert.Contains("space", failed.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, await _app.RevisionAsync());
        await _app.Server.ExecuteAsync(["umount", releases], App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
    }

    [Fact]
    public async Task HostileNamesAndReferences_BreakNothing()
    {
        foreach (var name in new[] { "two\nlines", "", " spaced ", new string('x', 61) })
            Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<SlipwayApiException>(() => CreateAsync(name))).Status);
        foreach (var reference in new[] { "--upload-pack=touch /tmp/broken", "-q", "a..b", "main;id", "$(touch /tmp/broken)", "a\nb", "main:x", "@{-1}", "refs/heads/../../x" })
        {
            try
            {
                var deployment = await _app.DeployAsync(reference);
                Assert.Equal("failed", deployment.Outcome.Meaning);
                Assert.Contains("Step 'find the commit' failed", deployment.Message, StringComparison.Ordinal);
            }
            catch (SlipwayApiException refusal)
            {
                Assert.Equal(HttpStatusCode.BadRequest, refusal.Status);
            }
        }
        Assert.False(File.Exists("/tmp/broken"));
        var stack = await _app.ReadAsync();
        Assert.Equal(StackHealth.Healthy, stack.Health);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
    }

    [Fact]
    public async Task EmptyRepository_AndDeadGitHost_EndTheAnalysisWithTheReason()
    {
        var code = await _owner.Git.CreateRepositoryAsync("tests/testbed/apps/plain-ru", App.Token);
        await code.CommitAsync(new Dictionary<string, string?> { ["config.ru"] = null, ["Gemfile"] = null, ["README"] = "nothing here\n" }, App.Token);
        var empty = await (await _owner.CreateAsync("Nothing to run", code, [])).ReadAsync();
        Assert.Equal(StackStatus.TerminalFailure, empty.Status);
        var failure = (await _owner.Client.Actions.ListAsync(empty.Uid, cancellationToken: App.Token)).Response[^1];
        Assert.False(failure.FinishedSuccess);
        Assert.NotEqual("", failure.FinishedMessage);

        var gone = new GitRepository(code.Folder, code.Url + "-that-is-not-there");
        var missing = await (await _owner.CreateAsync("Not there", gone, [])).ReadAsync();
        Assert.Equal(StackStatus.TerminalFailure, missing.Status);
    }

    private Task<CreatedStack> CreateAsync(string name) =>
        _owner.Client.Stacks.CreateAsync(new() { Name = name, Git = _app.Code.Url, GitBranch = "main" }, App.Token);

    private async Task AssertRefusedAsync(App stack, AddServer server, params string[] words)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayApiException>(() => _owner.Client.Servers.AddAsync(stack.Uid, server, App.Token));
        Assert.Equal(HttpStatusCode.BadRequest, refusal.Status);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.OrdinalIgnoreCase));
    }
}
