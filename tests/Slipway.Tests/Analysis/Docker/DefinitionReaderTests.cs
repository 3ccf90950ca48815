using Slipway.Engine.Analysis;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Stacks;

namespace Slipway.Tests.Analysis.Docker;

public sealed class DefinitionReaderTests
{
    private const string Path = ".cloud66/services.yml";

    private static readonly HashSet<string> Files = ["Dockerfile", "backend/Dockerfile", "docker/worker"];

    [Fact]
    public void Definition_IsReadWithAllOptions()
    {
        var definition = Read("""
            production:
              repositories:
                url: quay.io
                username: deploy
                password: _env:QUAY_PASSWORD
                email: a@b.c
              services:
                web:
                  build_root: backend
                  command: rackup -p 3000
                  build_command: rake db:setup
                  deploy_command: [rake, "db:migrate now"]
                  log_folder: /usr/src/app/log
                  volumes: ["uploads:/data", "keys:/keys:ro"]
                  ports: ["3000:80:443", "4000::8443", "5000"]
                  requires: [api, redis]
                  restart_on_deploy: false
                  pre_start_signal: sigusr1
                  pre_stop_sequence: 1m:USR2:30s
                  stop_grace: 1h
                  health: /up?full=1
                  environment:
                    LEVEL: info
                    KEY: _env:OTHER
                    EMPTY:
                api:
                  image: quay.io/a/api:1
                  ports: ["4001"]
                  health: tcp
                worker:
                  dockerfile_path: docker/worker
                plain:
              databases: [mysql, redis, mysql]
            staging: nonsense
            """);

        var web = definition.Services[0];
        Assert.Equal(["web", "api", "worker", "plain"], definition.Services.Select(service => service.Name));
        Assert.Equal(new RegistryDefinition("quay.io", "deploy", "_env:QUAY_PASSWORD"), definition.Registry);
        Assert.Equal([new("mysql", 33), new("redis", 33)], definition.Databases);
        Assert.Equal(new BuildDefinition("backend", "backend/Dockerfile"), web.Build);
        Assert.Equal(["rackup", "-p", "3000"], web.Command);
        Assert.Equal(["rake", "db:setup"], web.BuildCommand);
        Assert.Equal(["rake", "db:migrate now"], web.DeployCommand);
        Assert.Equal("/usr/src/app/log", web.LogFolder);
        Assert.Equal([new("uploads", "/data", false), new("keys", "/keys", true)], web.Volumes);
        Assert.Equal([new(3000, 80, 443), new(4000, null, 8443), new(5000)], web.Ports);
        Assert.Equal(["api"], web.Requires);
        Assert.False(web.RestartOnDeploy);
        Assert.Equal("USR1", web.PreStartSignal);
        Assert.Equal([new(60, null), new(0, "USR2"), new(30, null)], web.PreStopSequence);
        Assert.Equal(3600, web.StopGrace);
        Assert.Equal(new HealthDefinition(HealthKind.Http, "/up?full=1"), web.Health);
        Assert.Equal(new Dictionary<string, string> { ["LEVEL"] = "info", ["KEY"] = "_env:OTHER", ["EMPTY"] = "" }, web.Environment);
        Assert.Equal("quay.io/a/api:1", definition.Services[1].Image);
        Assert.Null(definition.Services[1].Build);
        Assert.Equal(HealthKind.Tcp, definition.Services[1].Health.Kind);
        Assert.Equal(new BuildDefinition("", "docker/worker"), definition.Services[2].Build);
        Assert.Equal(["api", "worker", "plain"], definition.Waves()[0].Select(service => service.Name));
        Assert.Equal(["web"], definition.Waves()[1].Select(service => service.Name));
    }

    [Fact]
    public void Definition_HasDefaults()
    {
        var plain = Read("services:\n  plain:\n").Services.Single();

        Assert.Equal(new BuildDefinition("", "Dockerfile"), plain.Build);
        Assert.True(plain.RestartOnDeploy);
        Assert.Equal(10, plain.StopGrace);
        Assert.Equal(HealthDefinition.Default, plain.Health);
        Assert.Empty(plain.Command);
        Assert.Empty(plain.PreStopSequence);
    }

    [Theory]
    [InlineData("", "line 1: expected a mapping of environments (production: ...), found nothing.")]
    [InlineData("- a", "line 1: expected a mapping of environments (production: ...), found a list.")]
    [InlineData("staging:\n  services: {}", "line 1: there is nothing for the environment production; expected \"production:\" or \"services:\" at the top, found staging.")]
    [InlineData("production: web", "line 1: production expects a mapping (services: ...), found a text.")]
    [InlineData("production:\n  databases: []", "line 2: services expects a mapping of 1 to 50 services (web: ...), found nothing.")]
    [InlineData("services: [web]", "line 1: services expects a mapping of 1 to 50 services (web: ...), found a list.")]
    [InlineData("services:\n  web:\n    image: a\nservcies: 1", "line 4: there is no \"servcies\" here. Expected services, repositories or databases.")]
    [InlineData("services:\n  web: [", "this is not valid YAML")]
    [InlineData("services:\n  Web: {}", "line 2: \"Web\" is not a name for a service; it begins with a lower-case letter, ends with a letter or digit, and has up to 40 of a-z, 0-9 and, between them, - and _.")]
    [InlineData("services:\n  web_: {}", "line 2: \"web_\" is not a name for a service;")]
    [InlineData("services:\n  a_-b: {}", "line 2: \"a_-b\" is not a name for a service;")]
    [InlineData("services:\n  web: nginx", "line 2: web expects a mapping of options (image: ...), found a text.")]
    [InlineData("services:\n  web:\n    image: a\n    port: 1", "line 4: web: there is no option \"port\". Use some of: image,")]
    [InlineData("services:\n  web:\n    image: a b", "line 3: web: image expects the name of an image, such as quay.io/owner/name:1.2, or _env:NAME; found \"a b\".")]
    [InlineData("services:\n  web:\n    image: [a]", "line 3: web: image expects a text on one line, found a list.")]
    [InlineData("services:\n  web:\n    image: a\n    ports: [\"80:x\"]", "line 4: web: ports expects CONTAINER[:HTTP[:HTTPS]] with numbers from 1 to 65535, such as 3000:80:443 or 4000::8443; found \"80:x\".")]
    [InlineData("services:\n  web:\n    image: a\n    ports: {a: b}", "line 4: web: ports expects a list of at most 100, found a mapping.")]
    [InlineData("services:\n  web:\n    image: a\n    ports: [\"80\", \"80:81\"]", "line 4: web: the container's port 80 stands in ports twice.")]
    [InlineData("services:\n  web:\n    image: a\n    ports: [\"3000::80\"]", "line 4: web: ports has 3000::80, but on every server port 80 is for HTTP. Offer HTTPS under another one, such as 3000::443.")]
    [InlineData("services:\n  web:\n    image: a\n    volumes: [\"/srv/a:/etc\"]", "line 4: web: the folder /srv/a of the server cannot be mounted. Use a volume of the stack's own, such as data:/etc; log files are reached through log_folder. An owner of the account, or a member with the level admin on all of its stacks, can allow it with the stack's setting docker.host.access: mounts.")]
    [InlineData("services:\n  web:\n    image: a\n    volumes: [\"/var/run/docker.sock:/var/run/docker.sock:rw\"]", "line 4: web: /var/run/docker.sock of the server is never mounted: it is, or holds, what belongs to the machine")]
    [InlineData("services:\n  web:\n    image: a\n    volumes: [\"a:/d\", \"b:/d/\"]", "line 4: web: the path /d stands twice among volumes and log_folder; one would hide the other.")]
    [InlineData("services:\n  web:\n    image: a\n    volumes: [\"a:/d\"]\n    log_folder: /d", "line 4: web: the path /d stands twice among volumes and log_folder; one would hide the other.")]
    [InlineData("services:\n  web:\n    image: a\n    log_folder: //d", "line 4: web: log_folder expects an absolute path in the container")]
    [InlineData("services:\n  web:\n    image: a\n    volumes: [\"data:/d,readonly\"]", "line 4: web: volumes expects NAME:PATH or NAME:PATH:ro, such as data:/var/lib/data, found \"data:/d,readonly\".")]
    [InlineData("services:\n  web:\n    image: a\n    privileged: true", "line 4: web: privileged is not allowed for this stack. An owner of the account, or a member with the level admin on all of its stacks, can allow it with the stack's setting docker.host.access: privileged.")]
    [InlineData("services:\n  web:\n    image: a\n    network_mode: host", "line 4: web: network_mode is not allowed for this stack.")]
    [InlineData("services:\n  web:\n    image: a\n    pid: host", "line 4: web: pid is not allowed for this stack.")]
    [InlineData("services:\n  web:\n    image: a\n    pid: web", "line 4: web: pid expects host, or to be left out; found \"web\".")]
    [InlineData("services:\n  web:\n    image: a\n    ipc: host", "line 4: web: ipc is not possible. Of the server, containers can have volumes, privileged, network_mode, pid, where the stack may.")]
    [InlineData("services:\n  web:\n    git_url: git@x:y", "line 3: web: git_url is not possible: images are built from the stack's own repository.")]
    [InlineData("services:\n  web:\n    build_root: docker", "line 3: web: there is no file docker/Dockerfile in the repository. Name an image, or the Dockerfile in dockerfile_path.")]
    [InlineData("services:\n  web:\n    dockerfile_path: Dockerfile\n    build_root: nowhere", "line 4: web: build_root expects a folder of the repository with files in it, such as backend, and no symbolic link; found \"nowhere\".")]
    [InlineData("services:\n  web:\n    build_root: ../x", "line 3: web: build_root expects a folder of the repository with files in it, such as backend, and no symbolic link; found \"../x\".")]
    [InlineData("services:\n  web:\n    image: a\n    command: echo 'a", "line 4: web: command expects a command with its quotes closed; found \"echo 'a\".")]
    [InlineData("services:\n  web:\n    image: a\n    stop_grace: soon", "line 4: web: stop_grace expects a time of at most 24 hours, such as 10s, 5m or 1h; found \"soon\".")]
    [InlineData("services:\n  web:\n    image: a\n    pre_stop_sequence: 1m;USR1", "line 4: web: pre_stop_sequence expects times and signals between colons")]
    [InlineData("services:\n  web:\n    image: a\n    pre_start_signal: 9", "line 4: web: pre_start_signal expects a signal, one of HUP,")]
    [InlineData("services:\n  web:\n    image: a\n    restart_on_deploy: sometimes", "line 4: web: restart_on_deploy expects true or false.")]
    [InlineData("services:\n  web:\n    image: a\n    log_folder: log", "line 4: web: log_folder expects an absolute path in the container, such as /usr/src/app/log; found \"log\".")]
    [InlineData("services:\n  web:\n    image: a\n    health: up", "line 4: web: health expects a path such as /health, or one of tcp, none, auto; found \"up\".")]
    [InlineData("services:\n  web:\n    image: a\n    health: /up", "line 4: web: health asks the first port of ports, and there is none.")]
    [InlineData("services:\n  web:\n    image: a\n    health: tcp", "line 4: web: health asks the first port of ports, and there is none.")]
    [InlineData("services:\n  web:\n    image: a\n    command: [run, _env:KEY]", "line 4: web: command has _env:KEY, but variables are not for command lines.")]
    [InlineData("services:\n  web:\n    image: a\n    environment: [A]", "line 4: web: environment expects a mapping (KEY: value), found a list.")]
    [InlineData("services:\n  web:\n    image: a\n    environment: {A-B: 1}", "line 4: web: \"A-B\" is not a name for an environment variable; use letters, digits and _.")]
    [InlineData("services:\n  web:\n    image: a\n    environment:\n      CERT: |\n        a\n        b", "line 5: web: the variable CERT expects a text on one line: containers cannot be given several. Encode it, for example as base64.")]
    [InlineData("services:\n  web:\n    image: a\n    requires: [db]", "line 4: web: requires names the service db, which is not here. There are: web.")]
    [InlineData("services:\n  web:\n    image: a\n    requires: [redis]", "line 4: web: requires names the database redis, which is not among databases. Add it there, beside services: databases: [redis].")]
    [InlineData("services:\n  web:\n    image: a\n    requires: [web]", "line 4: web: requires leads back to web itself, so neither can start first.")]
    [InlineData("services:\n  a:\n    image: a\n    requires: [b]\n  b:\n    image: a\n    requires: [a]", "line 4: a: requires leads back to a itself, so neither can start first.")]
    [InlineData("services:\n  a:\n    image: a\n    ports: [\"1:80\"]\n  b:\n    image: a\n    ports: [\"2:80\"]", "line 2: port 80 is taken by a and b. A port of the server belongs to one port of one service, under HTTP or under HTTPS.")]
    [InlineData("services:\n  a:\n    image: a\n    ports: [\"1:443\"]\n  b:\n    image: a\n    ports: [\"2:80:443\"]", "line 2: port 443 is taken by a and b.")]
    [InlineData("services:\n  a:\n    image: a\n    ports: [\"1::443\"]\n  b:\n    image: a\n    ports: [\"2::443\"]", "line 2: port 443 is taken by a and b.")]
    [InlineData("services:\n  a:\n    image: a\n    ports: [\"1:443:443\"]", "line 2: port 443 is taken by a and a.")]
    [InlineData("services:\n  a:\n    image: a\ndatabases: [oracle]", "line 4: databases expects a list of postgresql, mysql, redis, memcached, mongodb, elasticsearch, rabbitmq; found \"oracle\".")]
    [InlineData("services:\n  a:\n    image: a\nrepositories: quay.io", "line 4: repositories expects one registry with url, username and password, found a text.")]
    [InlineData("services:\n  a:\n    image: a\nrepositories: {url: q, username: u, password: secret}", "line 4: repositories: password must be _env:NAME.")]
    [InlineData("services:\n  a:\n    image: a\nrepositories: {url: q, password: _env:P}", "line 4: repositories: username expects a text without spaces, or _env:NAME; found nothing.")]
    public void Mistake_IsToldWithItsLineAndWhatWasExpected(string text, string expected)
    {
        var remarks = new Remarks();

        Assert.Null(new DefinitionReader(Path, Files, remarks).Read(text, "production"));

        Assert.Contains(remarks.Problems, problem => problem.StartsWith($"{Path}, {expected}", StringComparison.Ordinal) || problem.Contains(expected, StringComparison.Ordinal));
        Assert.All(remarks.Problems, problem => Assert.StartsWith(Path, problem));
    }

    [Theory]
    [InlineData("build_root: etc\n    dockerfile_path: Dockerfile", "line 4: web: build_root expects a folder of the repository with files in it, such as backend, and no symbolic link; found \"etc\".")]
    [InlineData("build_root: a/etc/ssh\n    dockerfile_path: Dockerfile", "line 4: web: build_root expects a folder of the repository with files in it, such as backend, and no symbolic link; found \"a/etc/ssh\".")]
    [InlineData("build_root: a\n    dockerfile_path: a/secret", "line 5: web: there is no file a/secret in the repository.")]
    [InlineData("build_root: a\n    dockerfile_path: etc/passwd", "line 5: web: there is no file etc/passwd in the repository.")]
    public async Task SymbolicLink_IsNeitherFolderNorDockerfile(string options, string expected)
    {
        var result = await FakeRepository.AnalyzeAsync(
            (Path, $"services:\n  web:\n    ports: [\"3000:80\"]\n    {options}\n"), ("Dockerfile", "FROM x"), ("etc->", "/etc"), ("a/etc->", "/etc"),
            ("a/secret->", "/etc/shadow"), ("a/Dockerfile", "FROM x"));

        Assert.Null(result.Docker);
        Assert.StartsWith($"{Path}, {expected}", Assert.Single(result.Problems, problem => problem.Contains("web", StringComparison.Ordinal)));
    }

    [Fact]
    public void Folder_MayBeWrittenInSeveralWays() => Assert.All(
        ["backend", "backend/", "./backend"],
        root => Assert.Equal(new BuildDefinition("backend", "Dockerfile"), Read($"services: {{web: {{build_root: {root}, dockerfile_path: Dockerfile}}}}").Services.Single().Build));

    [Fact]
    public void ServiceOfADatabasesName_IsWhatOthersRequire() => Assert.Equal(
        ["redis"], Read("services: {web: {image: a, requires: [redis]}, redis: {image: redis}}\ndatabases: [redis]").Services[0].Requires);

    [Fact]
    public async Task PortsUnderHttps_AreSaidToNeedACertificate()
    {
        var result = await FakeRepository.AnalyzeAsync((Path, "services: {web: {image: a, ports: [\"4000::8443\", \"3000:80:443\"]}}"));

        Assert.Empty(result.CannotDo);
        Assert.Contains("Offered under HTTPS: 8443, 443. A self-signed certificate, of which browsers warn, serves there until one of yours is on each server: certificate.pem and key.pem in /etc/slipway/stacks/SLUG/tls, where SLUG is the name of the stack's directory below /var/deploy.", result.Notes);
        Assert.DoesNotContain(result.Notes, note => note.StartsWith("No service", StringComparison.Ordinal));
    }

    [Fact]
    public void Mistake_DoesNotRepeatThePassword()
    {
        var remarks = new Remarks();

        new DefinitionReader(Path, Files, remarks).Read("services: {a: {image: a}}\nrepositories: {url: q, username: u, password: hunter2}", "production");

        Assert.DoesNotContain("hunter2", string.Join('\n', remarks.Problems));
    }

    [Fact]
    public void Dockerfile_GivesAWebServiceOfWhatItsLastStageExposes()
    {
        var remarks = new Remarks();

        var definition = Dockerfile.Read("FROM a AS build\nEXPOSE 1\n# EXPOSE 2\nfrom b\nexpose 3000/tcp \\\n  9090 53/udp $PORT\nEXPOSE 3000\n", remarks);

        Assert.Empty(remarks.Problems);
        var web = Assert.Single(definition.Services);
        Assert.Equal("web", web.Name);
        Assert.Equal(new BuildDefinition("", "Dockerfile"), web.Build);
        Assert.Equal([new(3000, 80), new(9090)], web.Ports);
    }

    [Fact]
    public void Dockerfile_WithoutPortIsAProblem()
    {
        var remarks = new Remarks();

        Dockerfile.Read("FROM a\nCMD [\"x\"]\n", remarks);

        Assert.StartsWith("Dockerfile: there is no EXPOSE with a TCP port", Assert.Single(remarks.Problems));
    }

    [Fact]
    public void WishesOnTheServer_AreRead_WhereTheStackMay()
    {
        var remarks = new Remarks();
        var service = new DefinitionReader(Path, Files, remarks, HostAccess.Mounts | HostAccess.Privileged | HostAccess.Namespaces).Read(
            """
            services:
              agent:
                image: a
                privileged: true
                network_mode: host
                pid: host
                ports: ["9100"]
                volumes: ["/srv/data/:/data", "/etc/localtime:/etc/localtime:ro", "own:/own"]
            """,
            "production")!.Services[0];
        Assert.Empty(remarks.Problems);
        Assert.Equal([new("/srv/data", "/data", false), new("/etc/localtime", "/etc/localtime", true)], service.HostMounts);
        Assert.Equal(new VolumeDefinition("own", "/own", false), Assert.Single(service.Volumes));
        Assert.True(service is { IsPrivileged: true, UsesHostNetwork: true, UsesHostProcesses: true });
    }

    [Theory]
    [InlineData("/", true)]
    [InlineData("/etc", true)]
    [InlineData("/var/lib/", true)]
    [InlineData("/etc/slipway/stacks", true)]
    [InlineData("/run/docker.sock", true)]
    [InlineData("/proc/1/root", true)]
    [InlineData("/sysroot", false)]
    [InlineData("/etc/ssl/certs", false)]
    [InlineData("/var/lib/dockers", false)]
    public void FoldersOfTheMachine_StayClosed(string path, bool isClosed) => Assert.Equal(isClosed, HostFolders.FindClosed(path) is not null);

    [Theory]
    [InlineData("volumes: [\"/:/host\"]", "/ of the server is never mounted")]
    [InlineData("volumes: [\"/var/:/host\"]", "/var/ of the server is never mounted")]
    [InlineData("volumes: [\"./data:/data\"]", "expects absolute paths for a folder of the server")]
    [InlineData("volumes: [\"/srv/../etc:/data\"]", "expects absolute paths for a folder of the server")]
    [InlineData("volumes: [\"/srv/a,readonly:/data\"]", "expects absolute paths for a folder of the server")]
    [InlineData("volumes: [\"/srv/a:/data:z\"]", "expects absolute paths for a folder of the server")]
    [InlineData("volumes: [\"/srv/a:/d\", \"b:/d\"]", "the path /d stands twice")]
    [InlineData("network_mode: host\n    ports: [\"8080:80\", \"443\"]", "it listens on the server's own port 443, which another service, nginx or SSH has")]
    [InlineData("network_mode: host\n    ports: [\"8080:8080\"]", "it listens on the server's own port 8080, which another service, nginx or SSH has")]
    public void WishesThatNoLeaveOpens_AreRefused(string option, string says)
    {
        var remarks = new Remarks();
        Assert.Null(new DefinitionReader(Path, Files, remarks, HostAccess.Mounts | HostAccess.Namespaces).Read($"services:\n  web:\n    image: a\n    {option}\n", "production"));
        Assert.Contains(says, Assert.Single(remarks.Problems), StringComparison.Ordinal);
    }

    private static DockerDefinition Read(string text)
    {
        var remarks = new Remarks();
        var definition = new DefinitionReader(Path, Files, remarks).Read(text, "production");
        Assert.Empty(remarks.Problems);
        return definition!;
    }
}
