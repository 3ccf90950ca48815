using System.Text;
using Slipway.Engine.Remote;

namespace Slipway.SystemTests.Remote;

public sealed class RemoteCommandTests(TestServer server) : IClassFixture<TestServer>
{
    private const string PrintArguments = "print map { unpack('H*', $_) . qq(\\n) } @ARGV";
    private const string PrintVariables = "print map { unpack('H*', $ENV{$_} // 'none') . qq(\\n) } @ARGV";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_SetsUserDirectoryAndACleanEnvironment(bool isTicketed)
    {
        await server.ExecAsync("usermod", "--append", "--groups", "adm", "deploy");
        var command = Command(isTicketed, ["id", "-un"], ["id", "-Gn"], ["pwd"], ["env"]) with
        {
            User = "deploy",
            Directory = "/home/deploy",
            Environment = new Dictionary<string, string> { ["GREETING"] = "good day", ["LANG"] = "de_DE" },
        };
        var (result, lines) = await RunAsync(command);
        Assert.True(result.IsSuccess);
        Assert.Equal(["deploy", "deploy adm", "/home/deploy"], lines[..3]);
        Assert.Equal(
            ["GREETING=good day", "HOME=/home/deploy", "LANG=de_DE", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            lines[3..].Where(line => !line.StartsWith("PWD=", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(lines, result.Tail);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_GivesEveryArgumentAndVariableUnchanged(bool isTicketed)
    {
        var hostile = HostileText.All;
        var names = hostile.Select((text, at) => $"V{at}").ToList();
        var (result, lines) = await RunAsync(Command(isTicketed,
            ["perl", "-e", PrintArguments, "--", .. hostile], ["perl", "-e", PrintVariables, "--", .. names]) with
        {
            Environment = names.Zip(hostile).ToDictionary(pair => pair.First, pair => pair.Second),
        });
        Assert.True(result.IsSuccess);
        var expected = hostile.Select(text => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))).ToList();
        Assert.Equal([.. expected, .. expected], lines);
        await HostileText.AssertNothingRanAsync(server);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_FeedsStandardInput(bool isTicketed)
    {
        var input = new byte[3_000_000];
        new Random(7).NextBytes(input);
        var expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input));
        var (result, lines) = await RunAsync(Command(isTicketed, ["sha256sum"], ["wc", "-c"]) with
        {
            OpenInput = _ => Task.FromResult<Stream>(new MemoryStream(input)),
        });
        Assert.True(result.IsSuccess);
        Assert.Equal([expected + "  -", "0"], lines);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_StopsAtTheFirstProgramThatFails(bool isTicketed)
    {
        var (result, lines) = await RunAsync(Command(isTicketed, ["echo", "one"], ["sh", "-c", "echo two >&2; exit 7"], ["echo", "three"]));
        Assert.Equal((RemoteOutcome.Exited, 7), (result.Outcome, result.ExitCode));
        Assert.Equal(["one", "two"], lines);
        var failure = Assert.Throws<RemoteException>(result.EnsureSuccess);
        Assert.Contains("exit code 7", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(128 + 9, "kill -9 $$")]
    [InlineData(255, "exit 255")]
    public async Task Run_TellsExitCodes(int expected, string script)
    {
        var (result, _) = await RunAsync(Command(true, ["sh", "-c", script]));
        Assert.Equal(expected, result.ExitCode);
    }

    [Theory]
    [InlineData(127, "/no/such/program")]
    [InlineData(126, "/etc/passwd")]
    public async Task Run_SaysWhatCannotBeRun(int expected, string program)
    {
        var (result, lines) = await RunAsync(Command(true, [program]));
        Assert.Equal(expected, result.ExitCode);
        Assert.StartsWith("slipway: cannot run " + program, Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LetsTheProgramOpenItsOwnOutput()
    {
        var (result, lines) = await RunAsync(Command(true, ["sh", "-c", "echo before; echo through >/dev/stderr; echo after"]) with { User = "deploy" });
        Assert.True(result.IsSuccess);
        Assert.Equal(["before", "through", "after"], lines);
    }

    [Theory]
    [InlineData("a\0b", "deploy", "/")]
    [InlineData("fine", "nobody-of-this-name", "/")]
    [InlineData("fine", "$(reboot)", "/")]
    [InlineData("fine", "deploy", "/tmp\0")]
    public async Task Run_RefusesWhatNoProgramCanBeGiven(string argument, string user, string directory)
    {
        var command = Command(true, ["echo", argument]) with { User = user, Directory = directory };
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => server.Host().RunAsync(command, null, Token));
        Assert.Contains("refused", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("ABCDEF0123")]
    [InlineData("abc; reboot")]
    [InlineData("0123456789abcdef\n")]
    public async Task Run_RefusesOtherTickets(string ticket) => await Assert.ThrowsAsync<InvalidOperationException>(
        () => server.Host().RunAsync(Command(true, ["true"]) with { Ticket = ticket }, null, Token));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_DeliversAHundredThousandLinesInOrder(bool isTicketed)
    {
        var next = 1;
        var result = await server.Host().RunAsync(Command(isTicketed, ["seq", "100000"]), line =>
        {
            Assert.Equal(next++, int.Parse(line.Text, null));
            return ValueTask.CompletedTask;
        }, Token);
        Assert.True(result.IsSuccess);
        Assert.Equal(100_001, next);
        Assert.Equal(Enumerable.Range(99_961, 40).Select(number => number.ToString(null as IFormatProvider)), result.Tail);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_KillsEverythingAtTheDeadline(bool isTicketed)
    {
        var command = Command(isTicketed, ["sh", "-c", "trap '' TERM; sleep 300 & sleep 301"]) with { Deadline = TimeSpan.FromSeconds(1) };
        var (result, _) = await RunAsync(command);
        Assert.Equal(RemoteOutcome.TimedOut, result.Outcome);
        Assert.Equal("0", await server.CountAsync("sleep"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_TellsWhyTheInputCouldNotBeRead(bool isTicketed)
    {
        var command = Command(isTicketed, ["cat"]) with { OpenInput = _ => throw new FileNotFoundException("the bundle is gone") };
        await Assert.ThrowsAsync<FileNotFoundException>(() => server.Host().RunAsync(command, null, Token));
    }

    [Fact]
    public async Task Run_GoesOn_WhenTheProgramDoesNotReadItsInput()
    {
        var command = Command(false, ["echo", "done"]) with { OpenInput = _ => Task.FromResult<Stream>(new MemoryStream(new byte[8 << 20])) };
        Assert.Equal(["done"], (await RunAsync(command)).Result.EnsureSuccess().Tail);
    }

    [Fact]
    public async Task Run_WaitsForASlowReceiver()
    {
        var lines = 0;
        var result = await server.Host().RunAsync(Command(true, ["seq", "400000"]), async line =>
        {
            if (++lines % 20_000 == 0)
                await server.ExecAsync("true");
        }, Token);
        Assert.True(result.IsSuccess);
        Assert.Equal(400_000, lines);
    }

    [Fact]
    public async Task Run_WithoutTicket_DiesWithItsConnection()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = server.Host().RunAsync(Command(false, ["sh", "-c", "echo up; sleep 302; true"]), _ =>
        {
            stop.Cancel();
            return ValueTask.CompletedTask;
        }, stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await TestServer.UntilAsync(async () => await server.CountAsync("sleep") == "0");
    }

    [Fact]
    public async Task Run_WorksThroughSudo()
    {
        var host = server.NewHosts().For(server.Machine with { UserName = "deploy" }, new RemoteScope("shop", 1));
        var lines = new List<string>();
        byte[] input = [0, 1, 2, 10, 13, 255, 4, 3];
        var result = await host.RunAsync(Command(true, ["id", "-un"], ["true"]) with { OpenInput = _ => Task.FromResult<Stream>(new MemoryStream(input)) },
            line =>
            {
                lines.Add(line.Text);
                return ValueTask.CompletedTask;
            }, Token);
        Assert.True(result.IsSuccess);
        Assert.Equal(["root"], lines);
        await host.ApplyAsync([new WriteFile("/etc/slipway-sudo", input, Modes.Private)], Token);
        Assert.Equal(input, await host.ReadFileAsync("/etc/slipway-sudo", Token));
    }

    private static RemoteCommand Command(bool isTicketed, params string[][] programs) => new()
    {
        Name = "test",
        Programs = programs,
        Deadline = TimeSpan.FromMinutes(5),
        Ticket = isTicketed ? TestServer.NewTicket() : null,
    };

    private async Task<(RemoteResult Result, List<string> Lines)> RunAsync(RemoteCommand command)
    {
        var lines = new List<string>();
        var result = await server.Host().RunAsync(command, line =>
        {
            lines.Add(line.Text);
            return ValueTask.CompletedTask;
        }, Token);
        return (result, lines);
    }
}
