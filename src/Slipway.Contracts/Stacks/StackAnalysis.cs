namespace Slipway.Contracts.Stacks;

/// <summary>What Slipway found in the repository, what it will do with it and what it cannot do.</summary>
public sealed record StackAnalysis
{
    /// <summary>The commit that was analysed.</summary>
    public required string GitHash { get; init; }

    public string? Language { get; init; }

    public string? Framework { get; init; }

    /// <summary>The Ruby version that the code asks for; null when it does not say.</summary>
    public string? RubyVersion { get; init; }

    public string? WebServer { get; init; }

    /// <summary>Components to provision besides the application: postgresql, mysql, redis, memcached ...</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    public IReadOnlyList<StackProcess> Processes { get; init; } = [];

    /// <summary>The services of a Docker stack.</summary>
    public IReadOnlyList<StackService> Services { get; init; } = [];

    /// <summary>Names of environment variables that the code reads.</summary>
    public IReadOnlyList<string> EnvironmentVariables { get; init; } = [];

    /// <summary>What stops a deployment.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A background process of the Procfile.</summary>
public sealed record StackProcess(string Name, string Command);

/// <summary>A service of a Docker stack.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Image">The image that is pulled; null when it is built.</param>
/// <param name="Dockerfile">What it is built from; null when it is pulled.</param>
/// <param name="Ports">Ports as container:http:https.</param>
public sealed record StackService(string Name, string? Image, string? Dockerfile, IReadOnlyList<string> Ports);

/// <summary>The public halves of a stack's two key pairs.</summary>
/// <param name="SshPublicKey">Put it into authorized_keys of the servers that Slipway shall work with.</param>
/// <param name="GitDeployKey">Give it read access to a private repository.</param>
public sealed record StackKeys(string SshPublicKey, string GitDeployKey);
