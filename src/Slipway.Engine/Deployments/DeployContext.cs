using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments;

/// <summary>What the steps of one deployment share.</summary>
internal sealed record DeployContext
{
    /// <summary>The stack as its records say; what the commit wants is added by <see cref="Stack"/>.</summary>
    public required StackSpec Wanted { get; set; }

    /// <summary>The stack with what this release needs of its servers.</summary>
    public StackSpec Stack => Wanted with
    {
        Framework = State.Plan.Framework,
        WebServer = State.Plan.WebServer,
        RubyVersion = State.Plan.RubyVersion,
        RubySource = State.Plan.RubySource,
        SystemPackages = State.Plan.SystemPackages,
        NeedsCompiler = State.Plan.NeedsCompiler,
    };

    /// <summary>Name of the release directory: time and session, so that names sort by age.</summary>
    public required string Release { get; init; }

    /// <summary>
    /// Name of this start of the release. The same release can be started again beside itself, with other variables; so a run has a name of its own.
    /// </summary>
    public required string Run { get; init; }

    /// <summary>Branch, tag or hash.</summary>
    public required string GitRef { get; init; }

    /// <summary>Whether no deployment of the stack has succeeded yet.</summary>
    public required bool IsBuild { get; init; }

    public required ICodeSource Code { get; init; }

    public required Func<ServerSpec, IRemoteHost> Hosts { get; init; }

    public required IStepLog Log { get; init; }

    public required Provisioner Provisioner { get; init; }

    /// <summary>What each server was last completely provisioned with, by uid.</summary>
    public required IReadOnlyDictionary<string, string> ProvisionedDigests { get; init; }

    public required EngineTimeouts Timeouts { get; init; }

    /// <summary>The variables of a server's processes, generated and the user's own.</summary>
    public required Func<ServerSpec, IReadOnlyList<KeyValuePair<string, Secret>>> Variables { get; set; }

    /// <summary>
    /// Gives the stack databases of these kinds on its own servers, as far as their roles allow. <see cref="Wanted"/> and <see cref="Variables"/> have
    /// them from then on.
    /// </summary>
    public required Func<DeployContext, IReadOnlyList<string>, CancellationToken, Task> AddDatabases { get; init; }

    public required DeployState State { get; init; }

    /// <summary>Which of the present containers of a Docker stack make room for new ones.</summary>
    public ContainerChange Change { get; init; } = ContainerChange.Deployment;

    /// <summary>What the containers of a Docker stack are.</summary>
    public DockerDefinition Docker => State.Plan.Docker ?? throw new InvalidOperationException("Only a Docker stack has containers.");

    public StackPaths Paths => Wanted.Paths;

    public string ReleaseDirectory => Paths.Release(Release);

    /// <summary>The servers that run the code, without those that a change of containers had to pass over.</summary>
    public IReadOnlyList<ServerSpec> WebServers => [.. Wanted.WebServers.Where(server => !State.Absent.ContainsKey(server.Uid))];

    public IReadOnlyList<ServerSpec> AbsentServers => [.. Wanted.WebServers.Where(server => State.Absent.ContainsKey(server.Uid))];

    /// <summary>Where what must happen once happens.</summary>
    public ServerSpec PrimaryWebServer => WebServers.FirstOrDefault(server => server.IsPrimary) ?? WebServers[0];

    public ValueTask SayAsync(ServerSpec? server, string text) => Log.WriteAsync(server?.Name ?? "", Severity.Info, text);

    /// <summary>Does the same on all web servers at once. The first failure ends the others' work and is the one reported.</summary>
    public Task OnWebServersAsync(Func<ServerSpec, IRemoteHost, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        OnServersAsync(WebServers, work, cancellationToken);

    /// <summary>The same on servers that were chosen among them, or for them.</summary>
    public Task OnServersAsync(
        IReadOnlyList<ServerSpec> servers, Func<ServerSpec, IRemoteHost, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        return servers.Count == 0
            ? throw new UserErrorException("The stack has no web server. Add one, then deploy again.")
            : SideBySide.RunAsync(servers, (server, token) => work(server, Hosts(server), token), cancellationToken);
    }
}
