using Slipway.Contracts.Http;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>A server without Docker gets it from its distribution.</summary>
public sealed class DockerEngineTests(Testbed testbed, SharedOwner shared)
{
    private const string Definition = """
        repositories: {url: "127.0.0.1:5000", username: team, password: "_env:REGISTRY_PASSWORD"}
        services:
          web:
            image: _env:IMAGE
            ports: ["3000:80"]
            stop_grace: 1s
            command:
              - perl
              - -MIO::Socket::INET
              - -e
              - 'my $s = IO::Socket::INET->new(LocalPort => 3000, Listen => 9, ReuseAddr => 1); while (my $c = $s->accept) { <$c>; print $c "HTTP/1.0 200 OK\r\n\r\npulled"; close $c }'
        """;

    private const string Mount = "\n    volumes: [\"/srv/shared:/shared:ro\"]\n";
    private const string Image = "127.0.0.1:5000/team/app:1";
    private const string Password = "pass 'word' \"7\"";

    [Fact]
    public async Task Engine_IsInstalled_WithSmallLogs_AndNoSocketButItsOwn()
    {
        var owner = await shared.GetAsync(testbed);
        var code = await owner.Git.CreateRepositoryAsync("tests/testbed/apps/container-app", App.Token);
        await code.CommitAsync(new Dictionary<string, string?> { [".cloud66/services.yml"] = "services: {web: {image: \"registry.invalid/app:1\", ports: [\"3000:80\"]}}\n" }, App.Token);
        var server = await owner.StartServerAsync();

        var app = await owner.CreateAsync("Fresh engine", code, [server]);

        var deployment = await app.LastDeploymentAsync();
        Assert.Equal("failed", deployment.Outcome.Meaning);
        Assert.Contains("'pull web' on", deployment.Message, StringComparison.Ordinal);
        Assert.Equal("json-file true", await server.ExecuteAsync(["docker", "info", "--format", "{{.LoggingDriver}} {{.LiveRestoreEnabled}}"], App.Token));
        Assert.Contains("\"max-size\": \"10m\"", await server.ExecuteAsync(["cat", "/etc/docker/daemon.json"], App.Token), StringComparison.Ordinal);
        Assert.Equal("660 root docker", await server.ExecuteAsync(["stat", "--format", "%a %U %G", "/run/docker.sock"], App.Token));
        Assert.Equal("", await server.ExecuteAsync(["sh", "-c", "ss -Hltnp | grep dockerd || true"], App.Token));
        await PullAsync(app, code, server);
        await ImagesAloneAsync(owner, app, server);
        // Deleting the stack leaves nothing of it; the engine stays.
        await app.Client.Stacks.DeleteAsync(app.Uid, new(DeleteData: true), App.Token);
        await App.WaitAsync(async () => (await app.Client.Stacks.ListAsync(1, App.Token)).Response.All(stack => stack.Uid != app.Uid));
        Assert.Equal("", await server.ExecuteAsync(["docker", "network", "ls", "--quiet", "--filter", "label=slipway.stack"], App.Token));
        Assert.Equal(
            "",
            await server.ExecuteAsync(["sh", "-c", "find /etc/nginx /etc/slipway /var/deploy -path \"*$1*\" 2>/dev/null; getent passwd \"sw-$1\" || true", "sh", app.Slug], App.Token));
        Assert.Equal("", await server.ExecuteAsync(["docker", "container", "ls", "--all", "--quiet"], App.Token));
    }

    [Fact]
    public async Task EngineOfSomebodyElse_TakesTheSettings_AndKeepsItsContainers()
    {
        var owner = await shared.GetAsync(testbed);
        var server = await owner.StartDockerServerAsync();
        await server.ExecuteAsync(["sh", "-c", "rm -f /etc/docker/daemon.json; systemctl restart docker"], App.Token);
        var foreign = await server.ExecuteAsync(["docker", "run", "--detach", "slipway-base:1", "sleep", "infinity"], App.Token);
        string[] look = ["docker", "container", "inspect", "--format", "{{.State.Running}} {{.State.Pid}}", foreign];
        var before = await server.ExecuteAsync(look, App.Token);
        Assert.StartsWith("true ", before, StringComparison.Ordinal);

        await DockerApp.DeployAsync(owner, "Beside others", [server]);

        Assert.Equal("json-file true", await server.ExecuteAsync(["docker", "info", "--format", "{{.LoggingDriver}} {{.LiveRestoreEnabled}}"], App.Token));
        Assert.Equal(before, await server.ExecuteAsync(look, App.Token));
    }

    // A stack without a repository on the same server, which sees a folder there for as long as it may.
    private static async Task ImagesAloneAsync(Owner owner, App beside, FreshServer server)
    {
        var created = await owner.Client.Stacks.CreateAsync(new() { Name = "Images alone", ServiceYaml = Definition.ReplaceLineEndings("\n") + Mount, Servers = [await Owner.DescribeAsync(server)] }, App.Token);
        var app = new App(owner.Client, created.Stack, beside.Code, [server]);
        await app.RestAsync();
        foreach (var (key, value) in new[] { ("IMAGE", Image), ("REGISTRY_PASSWORD", Password) })
            await app.SetAsync(key, value);
        var refused = await Assert.ThrowsAsync<SlipwayApiException>(() => app.DeployAsync());
        Assert.Contains("web: the folder /srv/shared of the server cannot be mounted.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("docker.host.access: mounts.", refused.Message, StringComparison.Ordinal);

        await app.DoneAsync(app.Client.Settings.ChangeAsync(app.Uid, "docker.host.access", "mounts", App.Token));
        await app.RestAsync();
        Assert.Contains("/srv/shared is not on", (await app.DeployAsync()).Message, StringComparison.Ordinal);
        await server.ExecuteAsync(["sh", "-c", "mkdir /srv/shared && echo of the server >/srv/shared/note"], App.Token);
        var deployment = await app.DeployAsync();
        DeployedApp.AssertSucceeded(deployment);
        Assert.Matches("^[0-9a-f]{40}$", deployment.GitHash);
        var container = Assert.Single((await app.Client.Containers.ListAsync(app.Uid, cancellationToken: App.Token)).Response).Uid;
        Assert.Equal("of the server", await server.ExecuteAsync(["docker", "exec", container, "cat", "/shared/note"], App.Token));

        await app.DoneAsync(app.Client.Settings.ChangeAsync(app.Uid, "docker.host.access", "", App.Token));
        var restart = await app.EndAsync((await app.Client.Actions.RestartServiceAsync(app.Uid, "web", cancellationToken: App.Token)).Id);
        Assert.Contains("No container of web is started: by its definition it has folders of the server", restart.FinishedMessage, StringComparison.Ordinal);
        Assert.Equal("of the server", await server.ExecuteAsync(["docker", "exec", container, "cat", "/shared/note"], App.Token));
        await app.Client.Stacks.DeleteAsync(app.Uid, new(DeleteData: true), App.Token);
        await App.WaitAsync(async () => (await app.Client.Stacks.ListAsync(1, App.Token)).Response.All(stack => stack.Uid != app.Uid));
        Assert.Equal("note", await server.ExecuteAsync(["ls", "/srv/shared"], App.Token));
    }

    // Debian's registry on the server itself, which lets in nobody without a password. libcrypt makes it as the registry wants it.
    private const string StartRegistry = """
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker-registry >/dev/null 2>&1
        perl -e 'print "team:", crypt($ARGV[0], q($2y$05$abcdefghijklmnopqrstuu)), "\n"' "$2" >/etc/docker/registry/users
        printf '%s\n' 'version: 0.1' 'storage: {filesystem: {rootdirectory: /var/lib/docker-registry}}' 'http: {addr: "127.0.0.1:5000"}' \
            'auth: {htpasswd: {realm: team, path: /etc/docker/registry/users}}' >/etc/docker/registry/config.yml
        systemctl restart docker-registry
        for try in $(seq 200); do echo "$2" | docker login --username team --password-stdin 127.0.0.1:5000 2>/dev/null && break; sleep 0.3; done
        docker tag slipway-base:1 "$1" && docker push --quiet "$1" && docker image rm "$1" && docker logout 127.0.0.1:5000
        """;

    // Under a name that a variable holds.
    private static async Task PullAsync(App app, GitRepository code, FreshServer server)
    {
        await Testbed.GiveBaseAsync(server, App.Token);
        await server.ExecuteAsync(["sh", "-c", StartRegistry.ReplaceLineEndings("\n"), "sh", Image, Password], App.Token);
        await code.CommitAsync(new Dictionary<string, string?> { [".cloud66/services.yml"] = Definition.ReplaceLineEndings("\n") + "\n" }, App.Token);
        Assert.Contains("but the stack has no variable REGISTRY_PASSWORD", (await app.DeployAsync()).Message, StringComparison.Ordinal);
        await app.SetAsync("IMAGE", Image);
        await app.SetAsync("REGISTRY_PASSWORD", "another one");
        Assert.Contains("The registry 127.0.0.1:5000 does not let team in.", (await app.DeployAsync()).Message, StringComparison.Ordinal);
        await app.SetAsync("REGISTRY_PASSWORD", Password);
        DeployedApp.AssertSucceeded(await app.DeployAsync());
        Assert.Equal("pulled", await app.GetAsync("/"));
        // What the registry calls it does not stay behind: its release keeps the image, under a name of ours.
        Assert.DoesNotContain("127.0.0.1:5000/", await server.ExecuteAsync(["docker", "image", "ls", "--all", "--digests", "--format", "{{.Repository}}/{{.Tag}}@{{.Digest}}"], App.Token), StringComparison.Ordinal);
        // What was signed in with is nowhere left.
        Assert.Equal("", await server.ExecuteAsync(["sh", "-c", "find /etc/slipway -name config.json"], App.Token));
    }
}
