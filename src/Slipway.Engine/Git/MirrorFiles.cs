using System.Globalization;
using System.Text;
using CliWrap;
using Slipway.Engine.Analysis;
using Slipway.Engine.Commands;

namespace Slipway.Engine.Git;

/// <summary>The files of one commit in a mirror. Contents are asked for by object, so no file name is ever taken for an option or a line.</summary>
internal sealed class MirrorFiles(GitProgram git, MirrorFolder folder, string commit, long maxFileBytes, TimeSpan deadline) : IRepositoryFiles
{
    /// <summary>One read never holds more than this in memory, whatever lies in the repository.</summary>
    private const long MaxBatchBytes = 32 * 1024 * 1024;

    private Dictionary<string, Entry>? _entries;

    private sealed record Entry(RepositoryFile File, string Object);

    public async Task<IReadOnlyList<RepositoryFile>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await EntriesAsync(cancellationToken)).Values.Select(entry => entry.File)];

    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var entries = await EntriesAsync(cancellationToken);
        var wanted = new List<Entry>();
        long total = 0;
        foreach (var path in paths.Distinct())
        {
            if (!entries.TryGetValue(path, out var entry) || entry.File.Kind is not RepositoryFileKind.File
                || entry.File.Size > maxFileBytes || total + entry.File.Size > MaxBatchBytes)
                continue;
            total += entry.File.Size;
            wanted.Add(entry);
        }

        var texts = new Dictionary<string, string>();
        if (wanted.Count == 0)
            return texts;
        var input = PipeSource.FromString(string.Join('\n', wanted.Select(entry => entry.Object)) + "\n");
        var output = new MemoryStream();
        await RequireAsync(git.RunAsync(GitCommands.ReadObjects(folder.Repository), deadline, PipeTarget.ToStream(output), cancellationToken, input: input));
        Split(output.GetBuffer().AsSpan(0, (int)output.Length), wanted, texts);
        return texts;
    }

    /// <summary>Each object comes as a line "object kind size", that many bytes and a line end.</summary>
    private static void Split(ReadOnlySpan<byte> output, List<Entry> wanted, Dictionary<string, string> texts)
    {
        foreach (var entry in wanted)
        {
            var lineEnd = output.IndexOf((byte)'\n');
            var size = int.Parse(Encoding.ASCII.GetString(output[..lineEnd]).Split(' ')[2], CultureInfo.InvariantCulture);
            var content = output.Slice(lineEnd + 1, size);
            if (!content.Contains((byte)0))
                texts[entry.File.Path] = Encoding.UTF8.GetString(content).TrimStart('\uFEFF');
            output = output[(lineEnd + size + 2)..];
        }
    }

    private async Task<Dictionary<string, Entry>> EntriesAsync(CancellationToken cancellationToken)
    {
        if (_entries is not null)
            return _entries;
        var result = await RequireAsync(git.RunAsync(GitCommands.ListFiles(folder.Repository, commit), deadline, cancellationToken));
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        foreach (var line in result.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var fields = line[..tab].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var kind = fields[0] switch
            {
                "160000" => RepositoryFileKind.Submodule,
                "120000" => RepositoryFileKind.Link,
                _ => RepositoryFileKind.File,
            };
            var size = long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
            entries[line[(tab + 1)..]] = new Entry(new RepositoryFile(line[(tab + 1)..], kind, size), fields[2]);
        }

        return _entries = entries;
    }

    private async Task<GitResult> RequireAsync(Task<GitResult> running)
    {
        var result = await running;
        if (result.Succeeded)
            return result;
        folder.MarkDamaged();
        throw new UserErrorException($"The files of the repository could not be read; git ended with {result.ExitCode}: {result.Errors.Trim()} Fetch the repository again.");
    }
}
