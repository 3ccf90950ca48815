using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>A server without Docker gets it from its distribution.</summary>
public sealed class DockerEngineTests(Testbed testbed, SharedOwner shared)
{
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
        // Deleting the stack leaves nothing of it; the engine stays.
        await app.Client.Stacks.DeleteAsync(app.Uid, new(DeleteData: true), App.Token);
        await App.WaitAsync(async () => (await app.Client.Stacks.ListAsync(1, App.Token)).Response.All(stack => stack.Uid != app.Uid));
        Assert.Equal("", await server.ExecuteAsync(["docker", "network", "ls", "--quiet", "--filter", "label=slipway.stack"], App.Token));
        Assert.Equal(
            "",
            await server.ExecuteAsync(["sh", "-c", "find /etc/nginx /etc/slipway /var/deploy -path \"*$1*\" 2>/dev/null; getent passwd \"sw-$1\" || true", "sh", app.Slug], App.Token));
    }
}
