using CliWrap;
using CliWrap.Buffered;

namespace Slipway.Rig;

/// <summary>A repository on the GitServer, with what a developer does to it.</summary>
public sealed class GitRepository(string folder, string url)
{
    public string Url => url;

    /// <summary>The working copy; change what you like in it, then commit.</summary>
    public string Folder => folder;

    public Task<string> HeadAsync(CancellationToken cancellationToken) => GitAsync(["rev-parse", "HEAD"], cancellationToken);

    /// <summary>Writes the files, or deletes those without content, and commits. Gives the hash.</summary>
    public async Task<string> CommitAsync(IReadOnlyDictionary<string, string?> files, CancellationToken cancellationToken)
    {
        foreach (var (name, content) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (content is null)
                File.Delete(path);
            else
                await File.WriteAllTextAsync(path, content, cancellationToken);
        }
        await GitAsync(["add", "--all"], cancellationToken);
        await GitAsync(["commit", "--quiet", "--allow-empty", "--message", $"Change {string.Join(", ", files.Keys)}"], cancellationToken);
        return await HeadAsync(cancellationToken);
    }

    /// <summary>Commits a new VERSION, which samples/rack-app tells; "broken" does not boot.</summary>
    public Task<string> CommitVersionAsync(string version, CancellationToken cancellationToken) =>
        CommitAsync(new Dictionary<string, string?> { ["VERSION"] = version + "\n" }, cancellationToken);

    /// <summary>Throws the newest commit away, as before a forced push.</summary>
    public Task GoBackAsync(CancellationToken cancellationToken) => GitAsync(["reset", "--quiet", "--hard", "HEAD~1"], cancellationToken);

    public Task TagAsync(string name, CancellationToken cancellationToken) => GitAsync(["tag", "--", name], cancellationToken);

    /// <summary>Makes the branch where we are and goes there.</summary>
    public Task CreateBranchAsync(string name, CancellationToken cancellationToken) =>
        GitAsync(["switch", "--quiet", "--create", name], cancellationToken);

    public Task SwitchAsync(string branch, CancellationToken cancellationToken) => GitAsync(["switch", "--quiet", branch], cancellationToken);

    public Task DeleteBranchAsync(string name, CancellationToken cancellationToken) =>
        GitAsync(["branch", "--quiet", "--delete", "--force", "--", name], cancellationToken);

    internal async Task InitializeAsync(CancellationToken cancellationToken)
    {
        await GitAsync(["init", "--quiet", "--initial-branch", "main"], cancellationToken);
        await GitAsync(["add", "--all"], cancellationToken);
        await GitAsync(["commit", "--quiet", "--message", "First version"], cancellationToken);
    }

    private async Task<string> GitAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await Cli.Wrap("git")
            .WithArguments(["-c", "user.name=Slipway", "-c", "user.email=slipway@example.test", "-c", "commit.gpgsign=false", .. arguments])
            .WithWorkingDirectory(folder)
            .ExecuteBufferedAsync(cancellationToken);
        return result.StandardOutput.TrimEnd('\n');
    }
}
