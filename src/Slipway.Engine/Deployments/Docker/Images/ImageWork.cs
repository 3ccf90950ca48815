using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>Long commands that fill disks with images.</summary>
internal static class ImageWork
{
    // Where Docker keeps images, and where they wait to be sent or taken in.
    private static readonly string[] Directories = ["/var/lib/docker", "/var/lib/slipway"];

    public static async Task RunAsync(
        DeployContext context, IRemoteHost host, string name, IReadOnlyList<IReadOnlyList<string>> programs, TimeSpan deadline,
        CancellationToken cancellationToken, Func<CancellationToken, Task<Stream>>? input = null)
    {
        var result = await host.RunAsync(
            new() { Name = name, Programs = programs, Environment = DockerCommands.Environment(context.Paths), Deadline = deadline, OpenInput = input },
            onLine: null,
            cancellationToken);
        if (result.IsSuccess)
            return;
        foreach (var directory in Directories)
            await DiskSpace.ThrowIfFullAsync(context, host, directory, result.Tail, cancellationToken);
        result.EnsureSuccess();
    }
}
