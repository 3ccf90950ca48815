using System.Text;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Provisioning;

/// <summary>
/// Settings of a service that several stacks of a machine share. Each stack has a file with its own lines; the service's configuration is made
/// from all of them, so that stacks which are provisioned at the same time lose nothing of each other.
/// </summary>
internal sealed class SharedSettings(ComponentRun run, string service)
{
    private readonly string _directory = $"/etc/slipway/shared/{service}";

    /// <summary>Puts the stack's lines beside those of the other stacks, and applies all of them until nothing new has come in meanwhile.</summary>
    /// <param name="ours">The lines of this stack.</param>
    /// <param name="makeFiles">Makes the service's files of all lines.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The lines of all stacks, as they were applied.</returns>
    public async Task<IReadOnlyList<string>> ApplyAsync(
        IEnumerable<string> ours, Func<IReadOnlyList<string>, Task<IReadOnlyList<FileChange>>> makeFiles, CancellationToken cancellationToken)
    {
        var content = string.Concat(ours.Select(line => line + "\n"));
        await run.ApplyAsync([new WriteFile($"{_directory}/{run.Stack.Slug}", Encoding.UTF8.GetBytes(content), Modes.Private)], cancellationToken);
        var lines = await ReadAsync(cancellationToken);
        while (true)
        {
            var changed = await run.ApplyAsync(await makeFiles(lines), cancellationToken);
            if (changed.Count == 0)
                return lines;
            var latest = await ReadAsync(cancellationToken);
            if (latest.SequenceEqual(lines))
                return lines;
            lines = latest;
        }
    }

    /// <summary>Forgets the stack's lines, and says those of the others.</summary>
    public async Task<IReadOnlyList<string>> ForgetAsync(CancellationToken cancellationToken)
    {
        await run.Host.ApplyAsync([new MakeDirectory(_directory), new Remove($"{_directory}/{run.Stack.Slug}")], cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    // grep is cat with a directory: it ends with 1 when all files are empty.
    private async Task<IReadOnlyList<string>> ReadAsync(CancellationToken cancellationToken)
    {
        var (result, lines) = await run.ReadAsync($"read what stacks want of {service}", [["grep", "-rh", "", _directory]], cancellationToken);
        if (result is not { Outcome: RemoteOutcome.Exited, ExitCode: 0 or 1 })
            result.EnsureSuccess();
        return [.. lines.Distinct().Order(StringComparer.Ordinal)];
    }
}
