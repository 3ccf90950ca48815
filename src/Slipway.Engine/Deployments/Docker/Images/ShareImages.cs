using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>Sees to it that every server that runs containers has the images of the release: those that lack some get them from a server that has them.</summary>
internal static class ShareImages
{
    public static bool IsNeeded(DeployContext context) => context.Wanted.CodeServers.Skip(1).Any();

    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var wanted = context.Docker.Services.Select(service => context.Paths.Image(service.Name, context.Release)).ToList();
        var present = new Dictionary<ServerSpec, IReadOnlySet<string>>();
        await LookAsync(context, context.WebServers, present, cancellationToken);
        List<(ServerSpec Target, string Image)> lacking =
            [.. context.WebServers.SelectMany(server => wanted.Where(image => !present[server].Contains(image)).Select(image => (server, image)))];
        // Those that only build are asked only for what nobody else has: to scale must be possible without them.
        if (lacking.Exists(each => SourceOf(context, each.Image, each.Target, present) is null))
            await LookAsync(context, [.. context.Wanted.CodeServers.Except(context.Wanted.WebServers)], present, cancellationToken);
        foreach (var transfer in Plan(context, lacking, present))
            await transfer.RunAsync(context, cancellationToken);
    }

    // What lacks the same images, and can get them from the same server, gets them at once.
    private static IReadOnlyList<ImageTransfer> Plan(
        DeployContext context, IReadOnlyList<(ServerSpec Target, string Image)> lacking, IReadOnlyDictionary<ServerSpec, IReadOnlySet<string>> present) =>
    [
        .. from each in lacking
           group each.Image by (each.Target, Source: SourceOf(context, each.Image, each.Target, present) ?? throw Nowhere(context, each.Image, each.Target)) into images
           group images.Key.Target by (images.Key.Source, Images: string.Join(' ', images)) into alike
           select new ImageTransfer(alike.Key.Source, alike.Key.Images.Split(' '), [.. alike]),
    ];

    private static ServerSpec? SourceOf(DeployContext context, string image, ServerSpec target, IReadOnlyDictionary<ServerSpec, IReadOnlySet<string>> present) =>
        context.Wanted.Servers.FirstOrDefault(server =>
            server.Facts.Architecture == target.Facts.Architecture && present.TryGetValue(server, out var images) && images.Contains(image));

    private static UserErrorException Nowhere(DeployContext context, string image, ServerSpec target) =>
        new($"No server has the image {image}, which {target.Name} lacks. Deploy its commit {context.State.Commit} instead.");

    private static Task LookAsync(
        DeployContext context, IReadOnlyList<ServerSpec> servers, Dictionary<ServerSpec, IReadOnlySet<string>> present, CancellationToken cancellationToken) =>
        SideBySide.RunAsync(
            servers,
            async (server, token) =>
            {
                var (list, images) = await context.Hosts(server).ReadAsync(StackContainers.Quick(context, "list images", DockerQueries.Images(context.Paths)), token);
                lock (present)
                    present[server] = list.IsSuccess ? images.ToHashSet(StringComparer.Ordinal) : new HashSet<string>();
            },
            cancellationToken);
}
