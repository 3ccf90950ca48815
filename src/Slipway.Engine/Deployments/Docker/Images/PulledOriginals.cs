using System.Text;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>
/// The names under which registries have images, on a server that pulled them for a stack. Each is pulled under a name of the stack's own besides, and by
/// that it is kept and pruned; under the other it would stay for ever. So those that the server had not before are noted, and let go of again.
/// </summary>
internal sealed class PulledOriginals(StackPaths paths, IRemoteHost host, EngineTimeouts timeouts)
{
    private const string Unknown = "No such image";

    /// <summary>Notes an image that is about to be pulled, unless somebody has it already. What cannot be told is taken for somebody's.</summary>
    public async Task NoteAsync(string image, CancellationToken cancellationToken)
    {
        var noted = await ReadAsync(cancellationToken);
        if (noted.Contains(image))
            return;
        var found = await host.RunAsync(StackContainers.Quick(paths, timeouts, "look for the image", ImageCommands.Find(image)), onLine: null, cancellationToken);
        if (!found.IsSuccess && found.Tail.Any(line => line.Contains(Unknown, StringComparison.OrdinalIgnoreCase)))
            await WriteAsync([.. noted, image], cancellationToken);
    }

    /// <summary>Takes the names away that were noted. One that containers of others were made by stays, and so do all while another stack is about to pull: for the next time.</summary>
    public async Task LetGoAsync(CancellationToken cancellationToken)
    {
        var noted = await ReadAsync(cancellationToken);
        if (noted.Count == 0)
            return;
        var (_, gone) = await host.ReadAsync(
            StackContainers.Quick(paths, timeouts, "let go of pulled images", ImageCommands.LetGo(noted)) with { Deadline = timeouts.Service }, cancellationToken);
        if (gone.Count > 0)
            await WriteAsync([.. noted.Except(gone)], cancellationToken);
    }

    private async Task<IReadOnlyList<string>> ReadAsync(CancellationToken cancellationToken) =>
        await host.ReadFileAsync(paths.PulledImages, cancellationToken) is { } file ? Encoding.UTF8.GetString(file).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];

    private Task WriteAsync(IReadOnlyList<string> images, CancellationToken cancellationToken) => host.ApplyAsync(
        [images.Count == 0 ? new Remove(paths.PulledImages) : new WriteFile(paths.PulledImages, Encoding.UTF8.GetBytes(string.Concat(images.Select(image => image + "\n"))), Modes.Private)],
        cancellationToken);
}
