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

    /// <summary>Names of environment variables that the code reads.</summary>
    public IReadOnlyList<string> EnvironmentVariables { get; init; } = [];

    /// <summary>What stops a deployment.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A background process of the Procfile.</summary>
public sealed record StackProcess(string Name, string Command);

/// <summary>The public halves of a stack's two key pairs.</summary>
/// <param name="SshPublicKey">Put it into authorized_keys of the servers that Slipway shall work with.</param>
/// <param name="GitDeployKey">Give it read access to a private repository.</param>
public sealed record StackKeys(string SshPublicKey, string GitDeployKey);
