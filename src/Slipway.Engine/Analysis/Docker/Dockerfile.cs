using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>What a bare Dockerfile says about the service that is made from it.</summary>
internal static partial class Dockerfile
{
    public const string Path = "Dockerfile";
    private const int HttpPort = 80;

    /// <summary>A service named web; nginx offers the first port that the last stage exposes.</summary>
    public static DockerDefinition Read(string text, Remarks remarks)
    {
        var ports = ExposedPorts(text);
        if (ports.Count == 0)
            remarks.Problems.Add($"{Path}: there is no EXPOSE with a TCP port, so it is not known where the container listens. Add a line such as EXPOSE 3000, or describe the service in .cloud66/services.yml.");
        return new()
        {
            Source = Path,
            Services =
            [
                new() { Name = "web", Build = new("", Path), Ports = [.. ports.Select((port, index) => new PortDefinition(port, index == 0 ? HttpPort : null))] },
            ],
        };
    }

    private static List<int> ExposedPorts(string text)
    {
        List<int> ports = [];
        foreach (var line in Continued().Replace(text.ReplaceLineEndings("\n"), " ").Split('\n').Select(line => line.Trim()))
        {
            // Each stage begins anew; only the last one becomes the image.
            if (line.StartsWith("FROM ", StringComparison.OrdinalIgnoreCase))
                ports.Clear();
            else if (line.StartsWith("EXPOSE ", StringComparison.OrdinalIgnoreCase))
                ports.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Port).OfType<int>());
        }
        return [.. ports.Distinct()];
    }

    private static int? Port(string word)
    {
        var match = PortPattern().Match(word);
        return match.Success && int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) is > 0 and <= 65535 and var port ? port : null;
    }

    [GeneratedRegex(@"\\[ \t]*\n")]
    private static partial Regex Continued();

    [GeneratedRegex(@"\A([0-9]{1,5})(?:/tcp)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex PortPattern();
}
