using System.Text.RegularExpressions;
using Slipway.Engine.Analysis.Settings;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>Reads the definition of a Docker stack: services.yml and its earlier and later names. A file with mistakes gives none.</summary>
/// <param name="path">Where it stands.</param>
/// <param name="files">The files of the repository; null when they are not known yet.</param>
/// <param name="remarks">Takes the mistakes.</param>
/// <param name="leave">What containers may have of the servers.</param>
internal sealed partial class DefinitionReader(string path, IReadOnlySet<string>? files, Remarks remarks, HostAccess leave = HostAccess.None)
{
    /// <summary>Where a definition may be, the first that is there counts.</summary>
    public static readonly IReadOnlyList<string> Paths =
    [
        ".cloud66/services.yml", ".cloud66/service.yml", ".cloud66/docker_deployment.yml", "services.yml", "service.yml", "docker_deployment.yml",
    ];

    private const int MaxServices = 50;

    // SSH and nginx.
    private static readonly int[] WellKnownPorts = [22, 80, 443];

    public DockerDefinition? Read(string text, string environment)
    {
        var mistakes = remarks.Problems.Count;
        var root = YamlFile.TryRead(path, text, out var mistake);
        if (mistake is not null)
            remarks.Problems.Add(mistake);
        else if (root is not YamlMap document)
            remarks.Problems.Add($"{path}, line {root?.Line ?? 1}: expected a mapping of environments (production: ...), found {root?.Kind ?? "nothing"}.");
        else if (SectionOf(document, environment) is { } section)
        {
            var definition = Read(section);
            return remarks.Problems.Count == mistakes ? definition : null;
        }
        return null;
    }

    // Until 2015 a file began with the environment; later ones are for all of them.
    private YamlMap? SectionOf(YamlMap document, string environment)
    {
        if (document["services"] is not null)
            return document;
        if (document.Map(environment) is { } section)
            return section;
        if (document[environment] is { } other)
            Say(other.Line, $"{environment} expects a mapping (services: ...), found {other.Kind}.");
        else
            Say(document.Line, $"there is nothing for the environment {environment}; expected \"{environment}:\" or \"services:\" at the top, found {string.Join(", ", document.Entries.Keys)}.");
        return null;
    }

    private DockerDefinition Read(YamlMap section)
    {
        foreach (var (key, node) in section.Entries.Where(entry => entry.Key is not ("services" or "repositories" or "databases" or "version")))
            Say(node.Line, $"there is no \"{key}\" here. Expected services, repositories or databases.");
        var definition = new DockerDefinition
        {
            Source = path,
            Services = ReadServices(section),
            Databases = ReadDatabases(section["databases"]),
            Registry = section["repositories"] is null or YamlText { IsNull: true } ? null : new RegistryReader(Say).Read(section["repositories"]!),
        };
        if (section["services"] is not YamlMap map)
            return definition;
        // Databases are there before any service starts, so nothing has to wait for them.
        var databases = definition.Databases.Select(database => database.Kind).Where(kind => !map.Entries.ContainsKey(kind)).ToList();
        definition = definition with
        {
            Services = [.. definition.Services.Select(service => service with { Requires = [.. service.Requires.Except(databases)] })],
        };
        CheckTogether(map, definition.Services);
        return definition;
    }

    private List<ServiceDefinition> ReadServices(YamlMap section)
    {
        var node = section["services"];
        if (node is not YamlMap { Entries.Count: > 0 and <= MaxServices } services)
        {
            Say(node?.Line ?? section.Line, $"services expects a mapping of 1 to {MaxServices} services (web: ...), found {(node is YamlMap map ? $"{map.Entries.Count} of them" : node?.Kind ?? "nothing")}.");
            return [];
        }
        List<ServiceDefinition> read = [];
        foreach (var (name, options) in services.Entries)
        {
            if (!NamePattern().IsMatch(name))
                Say(options.Line, $"\"{name}\" is not a name for a service; it begins with a lower-case letter, ends with a letter or digit, and has up to 40 of a-z, 0-9 and, between them, - and _.");
            else if (options is YamlMap or YamlText { IsNull: true })
                read.Add(new ServiceReader(name, options as YamlMap ?? new YamlMap(new Dictionary<string, YamlNode>(), options.Line), files, leave, Say).Read());
            else
                Say(options.Line, $"{name} expects a mapping of options (image: ...), found {options.Kind}.");
        }
        return read;
    }

    private List<DatabaseDefinition> ReadDatabases(YamlNode? node)
    {
        if (node is null or YamlText { IsNull: true })
            return [];
        List<DatabaseDefinition> databases = [];
        foreach (var item in node is YamlList list ? list.Items : [node])
        {
            if (item is YamlText text && DatabaseKinds.All.Contains(text.Value))
                databases.Add(new(text.Value, text.Line));
            else
                Say(item.Line, $"databases expects a list of {string.Join(", ", DatabaseKinds.All)}; found {(item is YamlText other ? $"\"{other.Value}\"" : item.Kind)}.");
        }
        return [.. databases.DistinctBy(database => database.Kind)];
    }

    private void CheckTogether(YamlMap map, IReadOnlyList<ServiceDefinition> services)
    {
        var names = services.Select(service => service.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var service in services)
        {
            var line = map.Map(service.Name)?["requires"]?.Line ?? map.Line;
            foreach (var missing in service.Requires.Where(required => !map.Entries.ContainsKey(required)))
                Say(line, DatabaseKinds.All.Contains(missing)
                    ? $"{service.Name}: requires names the database {missing}, which is not among databases. Add it there, beside services: databases: [{missing}]."
                    : $"{service.Name}: requires names the service {missing}, which is not here. There are: {string.Join(", ", map.Entries.Keys)}.");
            if (names.IsSupersetOf(service.Requires) && IsInCircle(service, services))
                Say(line, $"{service.Name}: requires leads back to {service.Name} itself, so neither can start first.");
        }
        CheckPorts(map, services);
    }

    private void CheckPorts(YamlMap map, IReadOnlyList<ServiceDefinition> services)
    {
        foreach (var taken in services.SelectMany(service => service.Ports.SelectMany(port => port.Offers).Select(offer => (service.Name, offer.Port)))
                     .GroupBy(pair => pair.Port).Where(group => group.Count() > 1))
            Say(map.Line, $"port {taken.Key} is taken by {string.Join(" and ", taken.Select(pair => pair.Name))}. A port of the server belongs to one port of one service, under HTTP or under HTTPS.");
        CheckHostPorts(map, services);
    }

    // Nobody else can listen where a container in the server's network does.
    private void CheckHostPorts(YamlMap map, IReadOnlyList<ServiceDefinition> services)
    {
        var offered = services.SelectMany(service => service.Ports).SelectMany(port => port.Offers).Select(offer => offer.Port).Concat(WellKnownPorts).ToHashSet();
        foreach (var service in services.Where(service => service.UsesHostNetwork))
        {
            var line = map.Map(service.Name)?["ports"]?.Line ?? map.Line;
            foreach (var port in service.Ports.Where(port => !offered.Add(port.Container)))
                Say(line, $"{service.Name}: with network_mode: host it listens on the server's own port {port.Container}, which another service, nginx or SSH has. Have it listen on another port.");
        }
    }

    private static bool IsInCircle(ServiceDefinition start, IReadOnlyList<ServiceDefinition> services)
    {
        var (seen, open) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>(start.Requires));
        while (open.TryPop(out var name))
        {
            if (name == start.Name)
                return true;
            if (seen.Add(name) && services.FirstOrDefault(service => service.Name == name) is { } next)
                foreach (var required in next.Requires)
                    open.Push(required);
        }
        return false;
    }

    private void Say(int line, string message) => remarks.Problems.Add($"{path}, line {line}: {message}");

    // A part of an image's name, too, where Docker wants letters and digits around each separator.
    [GeneratedRegex(@"\A(?=.{1,40}\z)[a-z][a-z0-9]*(?:(?:__?|-+)[a-z0-9]+)*\z")]
    private static partial Regex NamePattern();
}
