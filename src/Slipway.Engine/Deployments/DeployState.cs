using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Analysis.Settings;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments;

/// <summary>What the steps of a deployment hand on to each other. It is journaled with every finished step, so it outlives a crash.</summary>
internal sealed class DeployState
{
    /// <summary>The commit that is deployed, in full.</summary>
    public string Commit { get; set; } = "";

    public string Subject { get; set; } = "";

    /// <summary>What the release consists of, as it was found in the commit.</summary>
    public ReleasePlan Plan { get; set; } = new();

    /// <summary>The run that served before, by server uid; servers without one are missing.</summary>
    public Dictionary<string, string> OldRuns { get; set; } = [];

    /// <summary>What servers were completely provisioned with by this deployment, by uid.</summary>
    public Dictionary<string, string> ProvisionedDigests { get; set; } = [];

    /// <summary>Whether all servers are gone over, because somebody wanted nginx configured anew.</summary>
    public bool ReconfiguresNginx { get; set; }

    /// <summary>The releases that are still on the servers.</summary>
    public List<string> KeptReleases { get; set; } = [];

    /// <summary>Servers that did not answer when a change of containers began, by uid, with the reason: it is made on the others.</summary>
    public Dictionary<string, string> Absent { get; set; } = [];

    /// <summary>Whether no server at all answered.</summary>
    public bool IsNowhere { get; set; }

    /// <summary>The containers that serve since the switch, on all servers that answered.</summary>
    public List<ServingContainer> Containers { get; set; } = [];

    /// <summary>What a Docker stack had of nginx, by server uid; null where its containers tell. Of a server that is missing no site was touched.</summary>
    public Dictionary<string, FormerSites?> FormerSites { get; set; } = [];

    /// <summary>What each server has for the names of a Docker stack's services, by uid; nothing where nobody asks for them, or a server is not ready.</summary>
    public Dictionary<string, ServerNames> Names { get; set; } = [];

    /// <summary>Whether containers are given names besides those of Docker's network.</summary>
    public bool HasNames { get; set; }

    /// <summary>Whether every web server has passed the check before the switch; until then no nginx was told of the new run.</summary>
    public bool IsPrepared { get; set; }

    /// <summary>Whether traffic goes to the new run for good; until then a failure brings the old one back.</summary>
    public bool IsSwitched { get; set; }

    /// <summary>Servers work side by side, so this may be called from several threads.</summary>
    public void SetOldRun(string serverUid, string run)
    {
        lock (OldRuns)
            OldRuns[serverUid] = run;
    }
}

/// <summary>What a release consists of and needs.</summary>
internal sealed record ReleasePlan
{
    /// <summary>rails, sinatra, padrino, rack or docker.</summary>
    public string Framework { get; init; } = "";

    /// <summary>puma, unicorn, thin, passenger or custom.</summary>
    public string WebServer { get; init; } = "";

    /// <summary>What starts the web server, as a line of shell; it listens on the socket that $WEB_SOCKET names.</summary>
    public string WebCommand { get; init; } = "";

    /// <summary>Whether the web server is the user's own line, which listens on /tmp/web_server.sock.</summary>
    public bool IsCustomWeb { get; init; }

    /// <summary>Background processes by name, each a line of shell.</summary>
    public IReadOnlyDictionary<string, string> Processes { get; init; } = new Dictionary<string, string>();

    public bool HasGemfile { get; init; }

    /// <summary>Whether the versions of the gems are locked.</summary>
    public bool HasLock { get; init; }

    /// <summary>Whether the bundle comes from a gem source; otherwise its gems are those that the system has.</summary>
    public bool HasGemSource { get; init; }

    /// <summary>SHA-256 over what decides the bundle: Gemfile, Gemfile.lock and Ruby.</summary>
    public string BundleDigest { get; init; } = "";

    public bool HasMigrations { get; init; }

    /// <summary>The task that brings the database up to date: db:prepare where Rails has it, else db:migrate.</summary>
    public string MigrationTask { get; init; } = "db:migrate";

    public bool NeedsAssets { get; init; }

    /// <summary>The Ruby that the release runs on.</summary>
    public string? RubyVersion { get; init; }

    /// <summary>Where that Ruby is built from; null for the distribution's.</summary>
    public RubySource? RubySource { get; init; }

    /// <summary>Packages of the distribution that the gems need.</summary>
    public IReadOnlyList<string> SystemPackages { get; init; } = [];

    public bool NeedsCompiler { get; init; }

    /// <summary>The containers of a Docker stack; null for any other.</summary>
    public DockerDefinition? Docker { get; init; }

    /// <summary>The hooks of .cloud66/deploy_hooks.yml for the stack's environment.</summary>
    public IReadOnlyList<DeployHook> Hooks { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DeployState))]
[JsonSerializable(typeof(ReleasePlan))]
internal sealed partial class DeployJson : JsonSerializerContext
{
    /// <summary>What the journal of an action holds.</summary>
    public static DeployState Read(string journaled) => JsonSerializer.Deserialize(journaled, Default.DeployState)!;
}
