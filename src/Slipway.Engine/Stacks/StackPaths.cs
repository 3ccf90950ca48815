using System.Text.RegularExpressions;

namespace Slipway.Engine.Stacks;

/// <summary>Every name that a stack has on its servers, made from its slug alone.</summary>
public sealed partial record StackPaths
{
    public StackPaths(string slug)
    {
        if (!SlugPattern().IsMatch(slug))
            throw new ArgumentException($"'{slug}' is no slug: 1 to 28 of a-z, 0-9 and _ are.", nameof(slug));
        Slug = slug;
    }

    public string Slug { get; }

    /// <summary>The system user and group of the same name that the code runs as.</summary>
    public string User => $"sw-{Slug}";

    public string DeployDirectory => $"/var/deploy/{Slug}";

    public string Base => $"{DeployDirectory}/web_head";

    /// <summary>Link to the live release.</summary>
    public string Current => $"{Base}/current";

    public string Releases => $"{Base}/releases";

    public string Shared => $"{Base}/shared";

    /// <summary>Bare git repository with the code that has been sent to the server.</summary>
    public string CachedCopy => $"{Shared}/cached-copy";

    public string Bundle => $"{Shared}/bundle";

    public string Log => $"{Shared}/log";

    public string System => $"{Shared}/system";

    /// <summary>The stack's own files that its user may read but not change.</summary>
    public string Configuration => $"/etc/slipway/stacks/{Slug}";

    /// <summary>The variables as lines that sh sources.</summary>
    public string EnvironmentFile => $"{Configuration}/environment.sh";

    /// <summary>Where people put a certificate of their own for HTTPS. Only root looks in.</summary>
    public string Tls => $"{Configuration}/tls";

    public string OwnCertificate => $"{Tls}/certificate.pem";

    public string OwnKey => $"{Tls}/key.pem";

    /// <summary>A certificate with its key, checked: a copy of those, or self-signed.</summary>
    public string TlsPair(string name) => $"{TlsPairs}/{name}";

    public string TlsPairs => $"{Tls}/pairs";

    /// <summary>Link to the pair that nginx reads.</summary>
    public string LiveTls => $"{Tls}/live";

    /// <summary>What nginx needs to check a pair; there is nothing while it does not.</summary>
    public string TlsCheck => $"{Tls}/check";

    /// <summary>Included by nginx before its sites.</summary>
    public string NginxUpstream => $"/etc/nginx/conf.d/slipway-{Slug}-upstream.conf";

    public string NginxSite => $"/etc/nginx/conf.d/slipway-{Slug}.conf";

    /// <summary>How nginx hands on what services of the stack ask of each other.</summary>
    public string NginxStream => $"/etc/nginx/slipway-stream/{Slug}.conf";

    /// <summary>Rules that lead the names of services to nginx.</summary>
    public string NameRules => $"/etc/slipway/names/{Slug}.nft";

    /// <summary>nftables' table with those.</summary>
    public string NameTable => $"slipway_{Slug}";

    /// <summary>Name of the stack's upstream in nginx.</summary>
    public string UpstreamName => $"slipway-{Slug}";

    public string Release(string release) => $"{Releases}/{release}";

    /// <summary>Scripts and the release of each run. A run is one start of a release: the same release may be started beside itself.</summary>
    public string Runs => $"{Configuration}/runs";

    public string RunFiles(string run) => $"{Runs}/{run}";

    /// <summary>What the run's processes find in their environment, for EnvironmentFile= of its units.</summary>
    public string RunEnvironment(string run) => $"{RunFiles(run)}/.environment";

    /// <summary>File with the name of the run that serves.</summary>
    public string LiveRun => $"{Configuration}/live";

    /// <summary>What belongs to a run while it runs; gone with a restart of the machine.</summary>
    public string RunDirectory(string run) => $"/run/{RuntimeDirectory(run)}";

    /// <summary>The same as systemd's RuntimeDirectory= wants it.</summary>
    public string RuntimeDirectory(string run) => $"slipway/{Slug}/{run}";

    public string WebSocket(string run) => $"{RunDirectory(run)}/web_server.sock";

    /// <summary>Docker's network in which the containers of the stack find each other by the names of their services.</summary>
    public string Network => $"slipway-{Slug}";

    /// <summary>The addresses of that network to which databases on the same server are open.</summary>
    public string DatabaseClients => $"{Configuration}/database-clients";

    /// <summary>Where images of the stack are named: one for each service, tagged with releases.</summary>
    public string Images => $"slipway/{Slug}";

    /// <summary>Names of registries' images that are there because the stack pulled them, until they are let go of.</summary>
    public string PulledImages => $"{Configuration}/pulled-images";

    /// <summary>Docker's settings for the stack alone: where it is signed in.</summary>
    public string DockerConfiguration => $"{Configuration}/docker";

    /// <summary>Images on their way to other servers; there is nothing while none are.</summary>
    public string ImageFiles => $"/var/lib/slipway/images/{Slug}";

    /// <summary>Files that the container of a command which runs once is made with.</summary>
    public string CommandFiles(string run) => $"{Commands}/{run}";

    public string Commands => $"{Configuration}/commands";

    /// <summary>Files that the containers of a run are made with.</summary>
    public string ContainerFiles(string run) => $"{Configuration}/containers/{run}";

    public string Image(string service, string release) => $"{Images}/{service}:{release}";

    public string Volume(string name) => $"slipway-{Slug}-{name}";

    /// <summary>Where the log files of a service's containers are found.</summary>
    public string ContainerLogs(string service) => $"/var/log/containers/{Slug}/{service}";

    /// <summary>Name of the web server's process where Slipway starts it, and where the user's own line does.</summary>
    public static string WebProcess(bool isCustom) => isCustom ? "custom_web" : "web";

    public string WebUnit(bool isCustom, string run) => UnitOfFile(WebProcess(isCustom), run);

    /// <summary>Name of a background process's file in its run; the same process may run several times.</summary>
    public static string ProcessFile(string process, int number) => $"{process}-{number}";

    public string ProcessUnit(string process, int number, string run) => UnitOfFile(ProcessFile(process, number), run);

    /// <summary>The unit that runs a file of a run.</summary>
    public string UnitOfFile(string file, string run) => $"slipway-{Slug}-{file}@{run}.service";

    /// <summary>File of a unit that is not a template.</summary>
    public static string UnitFile(string unit) => $"/etc/systemd/system/{unit}";

    [GeneratedRegex("^[a-z0-9_]{1,28}\\z")]
    private static partial Regex SlugPattern();
}
