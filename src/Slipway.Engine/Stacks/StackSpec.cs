namespace Slipway.Engine.Stacks;

/// <summary>A stack as it is wanted: everything the engine must know to provision and deploy it.</summary>
public sealed record StackSpec
{
    /// <summary>Names everything of the stack on its servers and never changes: 1 to 28 of a-z, 0-9 and _.</summary>
    public required string Slug { get; init; }

    /// <summary>What <see cref="Framework"/> is for a stack of containers.</summary>
    public const string DockerFramework = "docker";

    public required string Name { get; init; }

    /// <summary>production, staging ...; becomes RAILS_ENV and RACK_ENV.</summary>
    public required string Environment { get; init; }

    /// <summary>rails, sinatra, padrino, rack or docker.</summary>
    public required string Framework { get; init; }

    /// <summary>The version that the code asks for; null when it does not say.</summary>
    public string? RubyVersion { get; init; }

    /// <summary>Where the wanted Ruby is built from; null to use the distribution's.</summary>
    public RubySource? RubySource { get; init; }

    /// <summary>Packages of the distribution that the gems need: libraries to compile against, or the gems themselves.</summary>
    public IReadOnlyList<string> SystemPackages { get; init; } = [];

    /// <summary>Whether the bundle has gems that are compiled on the servers.</summary>
    public bool NeedsCompiler { get; init; }

    /// <summary>puma, unicorn, thin, passenger, or custom.</summary>
    public string WebServer { get; init; } = "puma";

    /// <summary>Host names that the site answers to, beside those that no other site of the machine takes where it is the one for them.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>Folder of compiled assets below public/.</summary>
    public string AssetPrefix { get; init; } = "assets";

    /// <summary>Whether visitors get the page that says so in place of the application.</summary>
    public bool IsInMaintenance { get; init; }

    /// <summary>What containers may have of the servers themselves, at this moment.</summary>
    public HostAccess HostAccess { get; init; }

    public required IReadOnlyList<ServerSpec> Servers { get; init; }

    public IReadOnlyList<DatabaseSpec> Databases { get; init; } = [];

    /// <summary>Raised at each claim of the stack's work.</summary>
    public long Epoch { get; init; }

    public StackPaths Paths => new(Slug);

    /// <summary>Whether it consists of containers.</summary>
    public bool IsDocker => Framework == DockerFramework;

    /// <summary>The role of the servers that run the code.</summary>
    public string CodeRole => IsDocker ? ServerRoles.Docker : ServerRoles.Web;

    /// <summary>The servers that run the code, and so connect to the databases.</summary>
    public IEnumerable<ServerSpec> WebServers => Servers.Where(RunsCode);

    /// <summary>Whether a server is one of those.</summary>
    public bool RunsCode(ServerSpec server) => server.HasRole(CodeRole);

    /// <summary>Whether containers are to reach databases on the very server that they run on.</summary>
    public bool HasContainersBesideDatabases(ServerSpec server) => IsDocker && RunsCode(server) && Databases.Any(database => database.ServerUid == server.Uid);

    /// <summary>The same stack with another description of one of its servers.</summary>
    public StackSpec With(ServerSpec server) => this with { Servers = [.. Servers.Select(present => present.Uid == server.Uid ? server : present)] };

    /// <summary>The servers that the code is brought to, to run or to be built.</summary>
    public IEnumerable<ServerSpec> CodeServers => Servers.Where(HasCode);

    /// <summary>Whether a server is one of those.</summary>
    public bool HasCode(ServerSpec server) => RunsCode(server) || (IsDocker && server.HasRole(ServerRoles.Build));

    /// <summary>
    /// Where the images of a Docker stack are built: for each kind of processor that its containers run on, on the first server with the role for it, else
    /// on the first that runs them.
    /// </summary>
    public IEnumerable<ServerSpec> Builders => WebServers.Select(server => server.Facts.Architecture).Distinct()
        .Select(architecture => CodeServers.Where(server => server.Facts.Architecture == architecture).OrderByDescending(server => server.HasRole(ServerRoles.Build)).First());

    /// <summary>The databases that live on a server of the stack.</summary>
    public IEnumerable<DatabaseSpec> DatabasesOn(ServerSpec server, string kind) =>
        Databases.Where(database => database.Kind == kind && database.ServerUid == server.Uid);
}

/// <summary>A Ruby to build: an archive made by ruby-build's or Ruby's own release process.</summary>
/// <param name="Version">Like 3.3.5.</param>
/// <param name="Url">http or https address of the .tar.gz archive.</param>
/// <param name="Sha256">Checksum of the archive, 64 hex characters.</param>
public sealed record RubySource(string Version, Uri Url, string Sha256);
