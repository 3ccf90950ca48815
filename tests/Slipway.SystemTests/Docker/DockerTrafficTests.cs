using System.Globalization;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>Containers are replaced again and again while visitors come and stay: nobody is turned away, and each container ends as its service wants.</summary>
public sealed class DockerTrafficTests(Testbed testbed, SharedOwner shared, ITestOutputHelper output)
{
    private const string Definition = """
        services:
          web:
            command: perl app.pl
            ports: ["3000:80"]
            health: /healthz
            log_folder: /app/log
            pre_start_signal: USR1
            pre_stop_sequence: 1s:USR2:2s
            stop_grace: 3s
            environment: {LINGER: "1"}

        """;

    // Signals arrive in a moment, and are told every 0.1 s. On a busy machine one moment is longer than another.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task TenRedeploys_AndAScale_BreakNoRequest_AndEndContainersAsTheyWant()
    {
        var owner = await shared.GetAsync(testbed);
        var app = await DockerApp.DeployAsync(owner, "Container traffic", [await owner.StartDockerServerAsync()], Definition);
        await using var socket = await Conversation.StartAsync(app.Server);
        var first = await app.GetAsync("/");
        using var stopping = new CancellationTokenSource();
        var patient = AskPatientlyAsync(app, stopping.Token);

        var load = await app.UnderLoadAsync(
            async () =>
            {
                for (var version = 2001; version <= 2010; version++)
                    await DeployAsync(app, version);
                var server = (await app.Client.Servers.ListAsync(app.Uid, 1, App.Token)).Response[0].Uid;
                foreach (var count in new[] { 5, 2 })
                    await app.DoneAsync(app.Client.Services.ScaleAsync(app.Uid, "web", new Dictionary<string, int> { [server] = count }, App.Token));
                return "2010";
            },
            perSecond: 100);

        output.WriteLine(load.ToString());
        Assert.True(load.Broken.Count == 0, load.ToString());
        await stopping.CancelAsync();
        var answers = await patient;
        Assert.All(answers, answer => Assert.Equal(Enumerable.Range(1, 10).Select(part => $"part {part} of {answer.Version}"), answer.Parts));
        // Some began before a switch and ended after it.
        Assert.Contains(answers, answer => answer.Version != answer.VersionAtTheEnd);
        Assert.Equal([first, $"{first} USR1", $"{first} USR1 USR2", $"{first} USR1 USR2 TERM"], await socket.EndAsync());
        Assert.True(socket.LengthOf($"{first} USR1 USR2") > TimeSpan.FromSeconds(2) - Slack, "It was stopped before its sequence was over.");
        Assert.True(socket.LengthOf($"{first} USR1 USR2 TERM") > TimeSpan.FromSeconds(3) - Slack, "It was killed before its time was over.");
        var log = (await app.Server.ExecuteAsync(["cat", $"/var/log/containers/{app.Slug}/web/app.log"], App.Token)).Split('\n').ToList();
        Assert.InRange(log.IndexOf($"USR1 {first}"), 0, log.IndexOf("started 2001"));
        Assert.InRange(log.IndexOf($"USR2 {first}"), log.IndexOf("started 2001"), log.IndexOf($"TERM {first}"));
        await app.Server.SwitchOffAsync(App.Token);
    }

    private static async Task DeployAsync(App app, int version)
    {
        await app.Code.CommitVersionAsync(version.ToString(CultureInfo.InvariantCulture), App.Token);
        DeployedApp.AssertSucceeded(await app.DeployAsync());
    }

    // One after the other, each over a connection of its own: nginx closes idle ones when it reloads, and may just be asked something over one. Each takes three seconds.
    private static async Task<IReadOnlyList<PatientAnswer>> AskPatientlyAsync(App app, CancellationToken stopping)
    {
        List<PatientAnswer> answers = [];
        while (!stopping.IsCancellationRequested)
        {
            using var http = new HttpClient();
            http.DefaultRequestHeaders.ConnectionClose = true;
            var parts = (await http.GetStringAsync(app.Server.Url("/slow"), App.Token)).TrimEnd('\n').Split('\n');
            answers.Add(new(parts[0].Split(' ')[^1], parts, await http.GetStringAsync(app.Server.Url(), App.Token)));
        }
        return answers;
    }

    private sealed record PatientAnswer(string Version, IReadOnlyList<string> Parts, string VersionAtTheEnd);
}
