namespace Slipway.Engine.Analysis.Docker;

/// <summary>The containers that a Docker stack consists of, as its definition says for one environment.</summary>
internal sealed record DockerDefinition
{
    /// <summary>The file that it was read from.</summary>
    public required string Source { get; init; }

    public IReadOnlyList<ServiceDefinition> Services { get; init; } = [];

    /// <summary>Databases on the servers themselves: mysql, postgresql, redis ...</summary>
    public IReadOnlyList<DatabaseDefinition> Databases { get; init; } = [];

    /// <summary>The private registry that images come from; null when there is none.</summary>
    public RegistryDefinition? Registry { get; init; }

    /// <summary>The services in groups: those of a group need only services of the groups before it.</summary>
    public IReadOnlyList<IReadOnlyList<ServiceDefinition>> Waves()
    {
        var (waves, left, started) = (new List<IReadOnlyList<ServiceDefinition>>(), Services.ToList(), new HashSet<string>(StringComparer.Ordinal));
        while (left.Count > 0)
        {
            var next = left.Where(service => service.Requires.All(started.Contains)).ToList();
            if (next.Count == 0)
                throw new InvalidOperationException("Services require each other in a circle, which their reader should have refused.");
            waves.Add(next);
            left.RemoveAll(next.Contains);
            started.UnionWith(next.Select(service => service.Name));
        }
        return waves;
    }
}

/// <summary>A database that the containers need, and the line that says so.</summary>
internal sealed record DatabaseDefinition(string Kind, int Line);

/// <summary>A private registry. Each text may be _env:NAME, which stands for a variable of the stack.</summary>
internal sealed record RegistryDefinition(string Url, string Username, string Password);
