using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>
/// Images on their way from one server to others, through here: servers need not reach each other, and no registry is needed. Commands and files are
/// named after what they are for, so that a repetition with less to do does not take them for its own.
/// </summary>
internal sealed record ImageTransfer(ServerSpec Source, IReadOnlyList<string> Images, IReadOnlyList<ServerSpec> Targets)
{
    private const double Megabyte = 1e6;

    private string What => string.Join(", ", Images.Select(image => image.Split('/', ':')[^2]));

    public async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var host = context.Hosts(Source);
        var lists = await StackContainers.LinesAsync(context, host, "look at layers", ImageCommands.Layers(Images), cancellationToken);
        List<ImageLayers> images = [.. Images.Zip(ImageLayers.Read(lists), (name, layers) => new ImageLayers(name, layers))];
        var missing = new Dictionary<ServerSpec, IReadOnlySet<string>>();
        await SideBySide.RunAsync(
            Targets,
            async (target, token) =>
            {
                var chains = await ChainsAsync(context, context.Hosts(target), token);
                lock (missing)
                    missing[target] = ImageLayers.Missing(images, chains);
            },
            cancellationToken);
        var folder = $"{context.Paths.ImageFiles}/{Hash([context.Run, .. Images])}";
        await SaveAsync(context, host, folder, images, missing.Values.SelectMany(layers => layers).ToHashSet(StringComparer.Ordinal), cancellationToken);
        var manifest = await host.ReadFileAsync($"{folder}/all/manifest.json", cancellationToken)
            ?? throw new UserErrorException($"Docker on {Source.Name} wrote no manifest beside the images of {What}. See what \"docker image save\" does there.");
        // Servers that lack the same are sent the same archive.
        foreach (var alike in Targets.GroupBy(target => string.Join('\n', SavedImages.FilesOfOthers(manifest, images, missing[target]))))
            await SendAsync(context, host, folder, alike.Key, [.. alike], Describe(images, missing[alike.First()]), cancellationToken);
        await host.ApplyAsync([new Remove(context.Paths.ImageFiles)], cancellationToken);
    }

    // An engine that keeps images as a registry does looks for every layer in the archive.
    private static async Task<IReadOnlySet<string>> ChainsAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        var store = await StackContainers.LinesAsync(context, host, "look at the store", ImageCommands.ShowStore, cancellationToken);
        if (store.Any(line => line.Contains("io.containerd.snapshotter", StringComparison.Ordinal)))
            return new HashSet<string>();
        // An image that goes in between fails the command; the others are listed all the same.
        var (_, lines) = await host.ReadAsync(StackContainers.Quick(context, "look at layers", ImageCommands.AllLayers), cancellationToken);
        return ImageLayers.Chains(ImageLayers.Read(lines));
    }

    private async Task SaveAsync(
        DeployContext context, IRemoteHost host, string folder, IReadOnlyList<ImageLayers> images, IReadOnlySet<string> missing, CancellationToken cancellationToken)
    {
        var known = images.SelectMany(image => image.Layers).Where(layer => !missing.Contains(layer)).Distinct().Select(SavedImages.OciFile);
        await host.ApplyAsync(
            [
                new MakeDirectory(context.Paths.ImageFiles, Modes.PrivateDirectory),
                new MakeDirectory(folder, Modes.PrivateDirectory),
                new MakeDirectory($"{folder}/all", Modes.PrivateDirectory),
                new WriteFile($"{folder}/known", Encoding.UTF8.GetBytes(string.Join('\n', known)), Modes.Private),
            ],
            cancellationToken);
        await ImageWork.RunAsync(context, host, $"save {What}", [ImageCommands.Save(folder, Images)], context.Timeouts.ImagePull, cancellationToken);
    }

    private async Task SendAsync(
        DeployContext context, IRemoteHost host, string folder, string others, IReadOnlyList<ServerSpec> targets, string layers, CancellationToken cancellationToken)
    {
        var names = string.Join(", ", targets.Select(target => target.Name));
        var archive = $"{folder}/{Hash([others, .. targets.Select(target => target.Uid)])}";
        await host.ApplyAsync([new WriteFile($"{archive}.known", Encoding.UTF8.GetBytes(others), Modes.Private)], cancellationToken);
        await ImageWork.RunAsync(
            context, host, $"pack {What} for {names}", [ImageCommands.Pack(folder, $"{archive}.known", archive)], context.Timeouts.ImagePull, cancellationToken);
        var size = await StackContainers.LinesAsync(context, host, "look at the size", ImageCommands.SizeOf(archive), cancellationToken);
        var amount = string.Create(CultureInfo.InvariantCulture, $"{double.Parse(size[0], CultureInfo.InvariantCulture) / Megabyte:0.0} MB, {layers}");
        await SideBySide.RunAsync(
            targets,
            async (target, token) =>
            {
                await context.SayAsync(target, $"Images of {What} come from {Source.Name}: {amount}.");
                var watch = Stopwatch.StartNew();
                await ImageWork.RunAsync(
                    context, context.Hosts(target), $"load {What}", [ImageCommands.Load], context.Timeouts.ImagePull, token, input => host.OpenFileAsync(archive, input));
                await context.SayAsync(target, string.Create(CultureInfo.InvariantCulture, $"Images of {What} are here after {watch.Elapsed.TotalSeconds:0.0} s."));
            },
            cancellationToken);
    }

    private static string Describe(IReadOnlyList<ImageLayers> images, IReadOnlySet<string> missing) => string.Create(
        CultureInfo.InvariantCulture, $"{missing.Count} of {images.SelectMany(image => image.Layers).Distinct().Count()} layers");

    private static string Hash(IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))).AsSpan(0, 8));
}
