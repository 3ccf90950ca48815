using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;
using Slipway.Contracts.Servers;
using Slipway.Contracts.Stacks;
using Slipway.Rig;

namespace Slipway.Demo;

/// <summary>The demo from its first line to its last: all that a person would do, done through the API.</summary>
internal sealed class DemoRun(DemoOptions options, Story story)
{
    private const string Email = "owner@example.test";

    private SlipwayClient? _client;
    private GitRepository? _code;
    private int _version = 1;

    public static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        var story = new Story();
        try
        {
            return await new DemoRun(options, story).RunAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            story.Tell("Stopped; everything the demo made is gone.");
            return options.Once ? 1 : 0;
        }
        catch (Exception exception) when (exception is SlipwayApiException or InvalidOperationException or HttpRequestException)
        {
            story.Bad(exception.Message);
            return 1;
        }
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("slipway-demo-");
        try
        {
            await using var testbed = new Testbed();
            var booting = testbed.StartBareAsync(cancellationToken);
            story.Tell("Starting Slipway and, beside it, a fresh Debian server");
            await using var slipway = await SlipwayServer.StartAsync(data, options.Port, new Dictionary<string, string>(), cancellationToken);
            var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
            var owner = await slipway.SetUpAsync(Email, password, cancellationToken);
            _client = slipway.ClientFor(owner.Token);
            await using var git = await GitServer.StartAsync(testbed, cancellationToken);
            _code = await git.CreateRepositoryAsync("samples/rack-app", cancellationToken);
            await using var server = await booting;
            story.Detail($"Slipway answers at {slipway.BaseUrl}, the server at {server.Address}, the code is at {_code.Url}");

            var stack = await DeployFirstAsync(_client, server, cancellationToken);
            var summary = new DemoSummary(
                slipway.BaseUrl.AbsoluteUri.TrimEnd('/'), Email, password, owner.Token, stack.Uid, server.Url().AbsoluteUri, server.Address);
            await WriteSummaryAsync(summary, cancellationToken);
            return options.Once ? await GoOnOnceAsync(_client, stack, server, cancellationToken) : await StayAsync(summary, stack, server, cancellationToken);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private async Task<Stack> DeployFirstAsync(SlipwayClient client, FreshServer server, CancellationToken cancellationToken)
    {
        story.Tell("Creating a stack from samples/rack-app: Slipway analyses it, enrols the server over SSH, provisions and deploys");
        var created = await client.Stacks.CreateAsync(
            new()
            {
                Name = "rack-app",
                Git = _code!.Url,
                GitBranch = "main",
                Servers = [new() { Address = server.Address, PrivateKey = await File.ReadAllTextAsync(server.PrivateKeyFile, cancellationToken) }],
                Deploy = true,
            },
            cancellationToken);
        var progress = new Progress(client, created.Stack.Uid, story);
        await progress.FollowAllAsync(created.Action.Id, cancellationToken);
        await AskAsync(server, cancellationToken);
        return created.Stack;
    }

    private async Task AskAsync(FreshServer server, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var answer = await http.GetStringAsync(server.Url("/info.json"), cancellationToken);
        story.Good($"The application answers at {server.Url()}");
        story.Detail(answer.Trim());
    }

    private async Task<int> GoOnOnceAsync(SlipwayClient client, Stack stack, FreshServer server, CancellationToken cancellationToken)
    {
        story.Tell("Redeploying a changed commit while 50 requests a second come in");
        await using var load = LoadGenerator.Start(server.Url(), perSecond: 50);
        var revision = await RedeployAsync(client, stack, cancellationToken);
        while (load.Report().LiveAt(revision) is null)
            await Task.Delay(20, cancellationToken);
        var report = await load.StopAsync();
        var verdict = report.Failed.Count == 0 ? (Action<string>)story.Good : story.Bad;
        verdict(report.ToString());
        story.Tell("Cleaning up");
        return report.Failed.Count == 0 ? 0 : 1;
    }

    private async Task<int> StayAsync(DemoSummary summary, Stack stack, FreshServer server, CancellationToken cancellationToken)
    {
        story.Good($"Application  {summary.AppUrl}");
        story.Good($"Dashboard    {summary.BaseUrl}/   sign in as {summary.Email} with {summary.Password}");
        story.Tell("Enter redeploys a changed commit; Ctrl-C cleans up and ends.");
        while (await ReadLineAsync(cancellationToken))
        {
            try
            {
                await RedeployAsync(_client!, stack, cancellationToken);
                await AskAsync(server, cancellationToken);
            }
            catch (Exception exception) when (exception is InvalidOperationException or SlipwayApiException)
            {
                story.Bad(exception.Message);
            }
        }
        return 0;
    }

    private async Task<string> RedeployAsync(SlipwayClient client, Stack stack, CancellationToken cancellationToken)
    {
        var revision = await _code!.CommitVersionAsync($"{++_version}", cancellationToken);
        var started = story.Elapsed;
        var reply = await client.Deployments.RedeployAsync(stack.Uid, gitRef: null, cancellationToken);
        await new Progress(client, stack.Uid, story).FollowAsync(reply.AsyncActionId, cancellationToken);
        story.Good($"Redeployed {revision[..10]} in {(story.Elapsed - started).TotalSeconds:0.00} s");
        return revision;
    }

    // Without a terminal there is nobody to press Enter: then the demo stays up until it is ended.
    private static async Task<bool> ReadLineAsync(CancellationToken cancellationToken)
    {
        if (!Console.IsInputRedirected)
            return await Task.Run(Console.ReadLine, cancellationToken).WaitAsync(cancellationToken) is not null;
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return false;
    }

    private async Task WriteSummaryAsync(DemoSummary summary, CancellationToken cancellationToken)
    {
        if (options.Summary is not { } file)
            return;
        // Whoever waits for the file must not find half of it.
        var partial = file.FullName + ".part";
        var mode = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        await using (var stream = new FileStream(partial, mode))
            await JsonSerializer.SerializeAsync(stream, summary, DemoJson.Default.DemoSummary, cancellationToken);
        File.Move(partial, file.FullName, overwrite: true);
    }
}
