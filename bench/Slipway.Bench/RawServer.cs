using System.Globalization;
using CliWrap;
using CliWrap.Buffered;
using Slipway.Rig;

namespace Slipway.Bench;

/// <summary>The limit: what a script does by hand over ssh.</summary>
internal sealed class RawServer(FreshServer server)
{
    public Task SetUpAsync(CancellationToken cancellationToken) => RunAsync("setup.sh", [], cancellationToken);

    public Task DeployAsync(string repository, CancellationToken cancellationToken) => RunAsync("deploy.sh", [repository], cancellationToken);

    public Task DeployContainersAsync(string repository, int count, CancellationToken cancellationToken) =>
        RunAsync("docker-deploy.sh", [repository, count.ToString(CultureInfo.InvariantCulture)], cancellationToken);

    private async Task RunAsync(string script, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "raw", script), cancellationToken);
        await Cli.Wrap("ssh")
            .WithArguments(
            [
                "-i", server.PrivateKeyFile, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                $"root@{server.Address}", "bash", "-s", "--", .. arguments,
            ])
            .WithStandardInputPipe(PipeSource.FromString(text))
            .ExecuteBufferedAsync(cancellationToken);
    }
}
