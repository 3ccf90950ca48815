using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.Ruby;

/// <summary>Ruby and bundler: the distribution's, or a version that is built once for each machine.</summary>
internal sealed class RubyComponent : IComponent
{
    private const string Cache = "/var/cache/slipway/ruby";

    public string Name => "ruby";

    public ProvisionPhase Phase => ProvisionPhase.Servers;

    public ComponentPlan? Plan(StackSpec stack, ServerSpec server)
    {
        if (stack.IsDocker || !stack.RunsCode(server))
            return null;
        if (stack.RubySource is { } source)
            return new ComponentPlan
            {
                Packages = [.. RubyBuildCommands.Packages, .. stack.SystemPackages],
                Settings = [new(source.Version), new(source.Sha256)],
            };
        var needsCompiler = stack.NeedsCompiler || stack.SystemPackages.Any(package => package.EndsWith("-dev", StringComparison.Ordinal));
        string[] compiler = needsCompiler ? ["ruby-dev", "build-essential"] : [];
        return new ComponentPlan { Packages = ["ruby", "bundler", .. compiler, .. stack.SystemPackages] };
    }

    public async Task ConfigureAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        if (run.Stack.RubySource is not { } source)
            return;
        var (prefix, checksum) = (RubyPaths.Prefix(source.Version), Encoding.ASCII.GetBytes(source.Sha256.ToLowerInvariant()));
        var marker = $"{prefix}/.slipway";
        if (await run.Host.ReadFileAsync(marker, cancellationToken) is { } built && built.AsSpan().SequenceEqual(checksum))
            return;
        await BuildAsync(run, source, prefix, cancellationToken);
        await run.ApplyAsync([new WriteFile(marker, checksum)], cancellationToken);
    }

    // Everything but the installation runs as the stack's user, in a directory of its own: two stacks may build at once.
    private static async Task BuildAsync(ComponentRun run, RubySource source, string prefix, CancellationToken cancellationToken)
    {
        var user = run.Stack.Paths.User;
        var (work, build) = ($"{Cache}/{user}", $"{Cache}/{user}/{source.Version}");
        var (archive, sums) = ($"{work}/{source.Version}.tar.gz", $"{work}/{source.Version}.sha256");
        await run.ApplyAsync(
            [
                new Remove(build),
                new MakeDirectory(work, Modes.GroupListable, user, user),
                new MakeDirectory(build, Modes.GroupListable, user, user),
                new WriteFile(sums, Encoding.UTF8.GetBytes(RubyBuildCommands.Checksum(source, archive))),
            ],
            cancellationToken);
        await DownloadAsync(run, source, new Archive(archive, sums, build), cancellationToken);
        await RunAsync(run, $"build Ruby {source.Version}", RubyBuildCommands.Build(prefix, Math.Max(1, run.Server.Facts.Cores)), build, user, cancellationToken);
        await RunAsync(run, $"install Ruby {source.Version}", [RubyBuildCommands.Install], build, user: null, cancellationToken);
        await run.ApplyAsync([new Remove(build)], cancellationToken);
    }

    private static async Task DownloadAsync(ComponentRun run, RubySource source, Archive archive, CancellationToken cancellationToken)
    {
        var (known, _) = await run.ReadAsync("look for Ruby's archive", [RubyBuildCommands.Verify(archive.Checksums)], cancellationToken);
        var verify = RubyBuildCommands.Verify(archive.Checksums);
        IReadOnlyList<IReadOnlyList<string>> programs = [verify, RubyBuildCommands.Unpack(archive.Path, archive.Target)];
        if (!known.IsSuccess)
            programs = [RubyBuildCommands.Download(source, archive.Path), .. programs];
        try
        {
            await RunAsync(run, $"fetch Ruby {source.Version}", programs, archive.Target, run.Stack.Paths.User, cancellationToken);
        }
        catch (RemoteException exception) when (exception.Result.Outcome is RemoteOutcome.Exited)
        {
            throw new UserErrorException(
                $"Ruby {source.Version} could not be fetched from {source.Url} on {run.Server.Name}. Check the address and the checksum of the "
                + $"configured source, then deploy again. {exception.Message}", exception);
        }
    }

    private static async Task RunAsync(
        ComponentRun run, string name, IReadOnlyList<IReadOnlyList<string>> programs, string directory, string? user, CancellationToken cancellationToken)
    {
        await run.ReportAsync(char.ToUpperInvariant(name[0]) + name[1..]);
        var command = new RemoteCommand { Name = name, Programs = programs, Directory = directory, User = user, Deadline = run.Timeouts.RubyBuild };
        var result = await run.Host.RunAsync(command, line => run.LogAsync(Severity.Info, line.Text), cancellationToken);
        result.EnsureSuccess();
    }

    private sealed record Archive(string Path, string Checksums, string Target);
}
