using Slipway.Engine.Remote;

namespace Slipway.SystemTests.Remote;

public sealed class RemoteTicketTests(TestServer server) : IClassFixture<TestServer>
{
    private const string CountSlowly = "$| = 1; for (1 .. 200) { print qq(line $_\\n); select undef, undef, undef, 0.01 }";

    // The second half is not printed before the file is there.
    private const string CountInHalves = "$| = 1; for (1 .. 200) { print qq(line $_\n); select undef, undef, undef, 0.01 while $_ == 100 && !-e '/root/count-on' }";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_StartsATicketOnce_HoweverManyAskForIt()
    {
        var command = Command(["sh", "-c", "echo started >>/root/starts; sleep 0.3; echo done"]);
        await server.ExecAsync("rm", "-f", "/root/starts");
        var hosts = Enumerable.Range(0, 3).Select(_ => server.NewHosts()).ToList();
        var runs = Enumerable.Range(0, 9).Select(number => server.Host(hosts[number % 3]).RunAsync(command, null, Token));
        Assert.All(await Task.WhenAll(runs), result => Assert.Equal(["done"], result.EnsureSuccess().Tail));
        Assert.Equal("started", await server.ExecAsync("cat", "/root/starts"));
        var again = await server.Host().RunAsync(command, null, Token);
        Assert.Equal(["done"], again.Tail);
        Assert.Equal("started", await server.ExecAsync("cat", "/root/starts"));
    }

    [Fact]
    public async Task Run_FollowsTheTicketThatWasStarted_WhateverIsAskedLater()
    {
        var command = Command(["sh", "-c", "echo first >>/root/followed; sleep 0.5; echo first"]);
        await server.ExecAsync("rm", "-f", "/root/followed");
        var running = server.Host().RunAsync(command, null, Token);
        await TestServer.UntilAsync(async () => await server.ExecAsync("sh", "-c", "cat /root/followed || true") == "first");
        var changed = command with { Programs = [["sh", "-c", "echo second >>/root/followed"]], OpenInput = _ => Task.FromResult(Stream.Null) };
        Assert.Equal(["first"], (await server.Host().RunAsync(changed, null, Token)).EnsureSuccess().Tail);
        Assert.Equal(["first"], (await running).Tail);
        Assert.Equal(["first"], (await server.Host().RunAsync(changed, null, Token)).Tail);
        Assert.Equal("first", await server.ExecAsync("cat", "/root/followed"));
    }

    [Fact]
    public async Task Run_DeliversEachLineOnce_WhenTheConnectionIsCut()
    {
        var host = server.Host();
        var (lines, cuts) = (new List<string>(), 0);
        var result = await host.RunAsync(Command(["perl", "-e", CountSlowly]), async line =>
        {
            lines.Add(line.Text);
            if (lines.Count is 20 or 120)
                cuts += await server.CutAsync();
        }, Token);
        Assert.True(cuts >= 2, $"{cuts} cuts");
        Assert.True(result.IsSuccess);
        Assert.Equal(Enumerable.Range(1, 200).Select(number => $"line {number}"), lines);
        Assert.Equal(lines[^40..], result.Tail);
    }

    [Fact]
    public async Task Run_IsFoundAgain_AfterTheControlPlaneWasKilled()
    {
        await server.ExecAsync("rm", "-f", "/root/count-on");
        var command = Command(["perl", "-e", CountInHalves]);
        var lines = new List<OutputLine>();
        var killed = server.NewHosts();
        await Assert.ThrowsAsync<RemoteUnavailableException>(() => server.Host(killed).RunAsync(command, async line =>
        {
            lines.Add(line);
            if (lines.Count == 50)
                await killed.DisposeAsync();
        }, Token));
        var seen = lines.Count;
        await server.ExecAsync("touch", "/root/count-on");
        var result = await server.Host().RunAsync(command with { ResumeAt = lines[^1].End }, line =>
        {
            lines.Add(line);
            return ValueTask.CompletedTask;
        }, Token);
        Assert.True(result.IsSuccess);
        Assert.InRange(seen, 50, 100);
        Assert.Equal(Enumerable.Range(1, 200).Select(number => $"line {number}"), lines.Select(line => line.Text));
        var late = await server.Host().RunAsync(command with { ResumeAt = lines[^1].End }, _ => throw new InvalidOperationException("a line came twice"), Token);
        Assert.Equal(lines[^40..].Select(line => line.Text), late.Tail);
    }

    [Fact]
    public async Task Run_IsLost_WhenItsFilesAreGone()
    {
        var result = await server.Host().RunAsync(Command(["touch", "/root/ran-again"]) with { ResumeAt = 5 }, null, Token);
        Assert.Equal(RemoteOutcome.Lost, result.Outcome);
        Assert.Equal("", await server.ExecAsync("find", "/root", "-name", "ran-again"));
    }

    [Fact]
    public async Task Run_IsLost_WhenItsSupervisorWasKilled()
    {
        var command = Command(["sh", "-c", "echo up; sleep 303"]);
        var result = await server.Host().RunAsync(command, async _ =>
        {
            var alive = await server.ExecAsync("cat", $"/var/lib/slipway/tickets/{command.Ticket}/alive");
            await server.ExecAsync("kill", "-KILL", alive.Split('\n')[0]);
        }, Token);
        Assert.Equal(RemoteOutcome.Lost, result.Outcome);
        await TestServer.UntilAsync(async () => await server.CountAsync("sleep") == "0");
    }

    [Fact]
    public async Task Run_InstallsTheHelperAgain_WhereItIsGone()
    {
        var hosts = server.NewHosts();
        await hosts.EnrolAsync(server.Machine, Token);
        await server.ExecAsync("rm", "-rf", "/usr/local/lib/slipway");
        var result = await server.Host(hosts).RunAsync(Command(["echo", "back"]), null, Token);
        Assert.Equal(["back"], result.Tail);
    }

    [Fact]
    public async Task Run_LeavesNoSecretsBehind()
    {
        var command = Command(["true"]) with
        {
            Environment = new Dictionary<string, string> { ["PASSWORD"] = "hunter2-of-the-test" },
            OpenInput = _ => Task.FromResult<Stream>(new MemoryStream("hunter2-of-the-test"u8.ToArray())),
        };
        await server.Host().RunAsync(command, null, Token);
        Assert.Equal("", await server.ExecAsync("find", "/var/lib/slipway/tickets/" + command.Ticket, "-name", "request", "-o", "-name", "input*"));
        Assert.Equal("700 root", await server.ExecAsync("stat", "--format", "%a %U", "/var/lib/slipway/tickets"));
        var log = await server.ExecAsync("journalctl", "--no-pager", "--output", "cat");
        Assert.DoesNotContain("hunter2-of-the-test", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeavyCommands_RunAsManyAsThereAreProcessors_AndAWaitCanBeCancelled()
    {
        var places = int.Parse(await server.ExecAsync("sh", "-c", "grep -c ^processor /proc/cpuinfo"), null);
        await server.ExecAsync("sh", "-c", "rm -f /root/heavy-*");
        var commands = Enumerable.Range(0, places + 2).Select(number => Command(["sh", "-c", $"touch /root/heavy-{number}; until test -e /root/heavy-go; do sleep 0.02; done; echo done"]) with { IsHeavy = true }).ToList();
        var lines = new System.Collections.Concurrent.ConcurrentBag<string>();
        var running = commands.Select(command => server.Host().RunAsync(command, Keep, Token)).ToList();
        await TestServer.UntilAsync(() => Task.FromResult(lines.Count(line => line.StartsWith("Waiting", StringComparison.Ordinal)) == 2));
        await TestServer.UntilAsync(async () => await server.ExecAsync("sh", "-c", "ls /root/heavy-* | wc -l") == $"{places}");

        var started = await server.ExecAsync("sh", "-c", "ls /root/heavy-*");
        var waiting = Enumerable.Range(0, places + 2).First(number => !started.Contains($"heavy-{number}", StringComparison.Ordinal));
        Assert.True(await server.Host().CancelAsync(commands[waiting].Ticket!, Token));
        Assert.Equal(RemoteOutcome.Cancelled, (await running[waiting]).Outcome);

        await server.ExecAsync("touch", "/root/heavy-go");
        var results = await Task.WhenAll(running);
        Assert.Equal(places + 1, results.Count(result => result.IsSuccess));
        Assert.Equal("1", await server.ExecAsync("sh", "-c", $"test -e /root/heavy-{waiting} && echo 0 || echo 1"));

        ValueTask Keep(OutputLine line)
        {
            lines.Add(line.Text);
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task Complete_ForgetsTickets()
    {
        var command = Command(["sh", "-c", "echo $$ >>/root/completed"]);
        var host = server.Host();
        await host.RunAsync(command, null, Token);
        var (old, recent) = (TestServer.NewTicket(), TestServer.NewTicket());
        await server.ExecAsync("sh", "-c", "cd /var/lib/slipway/tickets && rm -f .pruned && mkdir $0 $1 && touch -d '31 days ago' $0 && touch -d '29 days ago' $1", old, recent);
        await host.CompleteAsync([command.Ticket!, TestServer.NewTicket()], Token);
        Assert.Equal("", await server.ExecAsync("find", "/var/lib/slipway/tickets", "-name", command.Ticket!, "-o", "-name", old));
        Assert.NotEqual("", await server.ExecAsync("find", "/var/lib/slipway/tickets", "-name", recent));
        await host.RunAsync(command, null, Token);
        Assert.Equal("2", await server.ExecAsync("grep", "-c", "", "/root/completed"));
    }

    [Fact]
    public async Task EveryChange_IsFenced()
    {
        var hosts = server.NewHosts();
        var stack = "fenced; touch /tmp/slipway-injected";
        var (older, newer) = (server.Host(hosts, stack, 8), server.Host(hosts, stack, 12));
        var running = Command(["true"]);
        await older.RunAsync(running, null, Token);
        await newer.ApplyAsync([], Token);
        await AssertFencedAsync(() => older.RunAsync(Command(["true"]), null, Token));
        await AssertFencedAsync(() => older.RunAsync(running, null, Token));
        await AssertFencedAsync(() => older.RunAsync(running with { Ticket = null, IsRepeatable = true }, null, Token));
        await AssertFencedAsync(() => older.CancelAsync(TestServer.NewTicket(), Token));
        await AssertFencedAsync(() => older.CompleteAsync([TestServer.NewTicket()], Token));
        await AssertFencedAsync(() => older.ApplyAsync([new WriteFile("/root/fenced", default)], Token));
        Assert.Null(await older.ReadFileAsync("/root/fenced", Token));
        Assert.True((await server.Host(hosts, "another", 1).RunAsync(Command(["true"]), null, Token)).IsSuccess);
        Assert.True((await newer.RunAsync(running, null, Token)).IsSuccess);
        await HostileText.AssertNothingRanAsync(server);
    }

    [Fact]
    public async Task Fence_AdmitsOneOrderOnly_WhenManyComeAtOnce()
    {
        var hosts = server.NewHosts();
        await Parallel.ForEachAsync(Enumerable.Range(1, 30), Token, async (epoch, cancellationToken) =>
        {
            try
            {
                await server.Host(hosts, "raced", epoch).ApplyAsync([new WriteFile("/root/raced", new[] { (byte)epoch })], cancellationToken);
            }
            catch (RemoteUnavailableException exception) when (exception.Fault is RemoteFault.Fenced)
            {
                Assert.InRange(epoch, 1, 29);
            }
        });
        Assert.Equal([30], await server.Host(hosts, "raced", 30).ReadFileAsync("/root/raced", Token));
    }

    private static async Task AssertFencedAsync(Func<Task> change)
    {
        var refusal = await Assert.ThrowsAsync<RemoteUnavailableException>(change);
        Assert.Equal(RemoteFault.Fenced, refusal.Fault);
        Assert.Contains("12", refusal.Message, StringComparison.Ordinal);
    }

    private static RemoteCommand Command(string[] program) => new()
    {
        Name = "test",
        Programs = [program],
        Deadline = TimeSpan.FromMinutes(5),
        Ticket = TestServer.NewTicket(),
    };
}
