using CsCheck;
using Slipway.Engine.Analysis;

namespace Slipway.Tests.Analysis;

public sealed class RepositoryAnalysisTests
{
    private static readonly (string, string)[] Rails =
    [
        ("Gemfile", Samples.RailsGemfile),
        ("Gemfile.lock", Samples.RailsLock),
        ("config.ru", "require_relative 'config/environment'\nrun Rails.application\n"),
        ("config/application.rb", "module Shop\n  class Application < Rails::Application\n    config.x = ENV.fetch('SHOP_NAME', 'x')\n  end\nend\n"),
        ("config/database.yml", Samples.DatabaseYml),
        ("config/initializers/mail.rb", "Mail.host = ENV[\"SMTP_HOST\"]; Mail.on = ENV.key?('SMTP_ON'); ENV['RAILS_ENV']\n"),
        ("db/schema.rb", "ActiveRecord::Schema"),
        ("db/migrate/20260101_create.rb", "class Create"),
        ("spec/a_spec.rb", "ENV['ONLY_IN_TESTS']"),
        (".env.example", "# comment\nexport STRIPE_KEY=\nSHOP_NAME=demo\n"),
        ("Procfile", "web: bundle exec puma\nworker: bundle exec sidekiq -c $CONCURRENCY\n\n# comment\nclock: bin/clock {{UNIQUE_INT}}\nrelease: rake db:migrate\n"),
    ];

    [Fact]
    public async Task Rails_IsUnderstood()
    {
        var result = await FakeRepository.AnalyzeAsync(Rails);

        Assert.Equal("ruby", result.Language);
        Assert.Equal(RackFramework.Rails, result.Framework);
        Assert.Equal(new RubyChoice("~> 3.1", "Gemfile", "3.1.2", true), result.Ruby);
        Assert.Equal(new WebServerChoice(WebServerKind.Puma, true), result.WebServer);
        Assert.Equal(["postgresql", "mysql", "redis", "memcached"], result.Components);
        Assert.Equal([new ProcessSpec("worker", "bundle exec sidekiq -c $CONCURRENCY"), new ProcessSpec("clock", "bin/clock {{UNIQUE_INT}}")], result.Processes);
        Assert.Equal(["CACHE_HOST", "DATABASE_URL", "RAILS_MAX_THREADS", "SHOP_NAME", "SMTP_HOST", "SMTP_ON", "STRIPE_KEY"], result.EnvironmentVariables);
        Assert.Equal(["libpq-dev", "libssl-dev", "libxml2-dev", "libxslt1-dev", "zlib1g-dev"], result.SystemPackages);
        Assert.True(result is { HasGemfile: true, HasGemSource: true, NeedsAssetPrecompile: true, HasSchema: true, HasMigrations: true, IsTerminal: false });
        Assert.Empty(result.Problems);
        Assert.Empty(result.CannotDo);
        Assert.Equal(
            [
                "A gem comes from the git repository https://github.com/acme/audit.git; the servers fetch it themselves and need access to it.",
                "The web line of Procfile is not used: Slipway starts the web server itself. Rename it to custom_web to start your own.",
                "The release line of Procfile is not used: migrations run by themselves, and other commands of a deployment go into .cloud66/deploy_hooks.yml.",
            ],
            result.Notes);
    }

    [Fact]
    public async Task Rails_LeavesOutGemsOfDevelopmentAndTest()
    {
        var production = await FakeRepository.AnalyzeAsync(Rails);
        var development = await FakeRepository.AnalyzeAsync("development", Rails);

        string[] left = ["capybara", "daemons", "debug", "eventmachine", "sqlite3", "thin", "web-console", "xpath"];
        Assert.Equal(left, production.Lock!.Gems.Keys.Except(production.Gems.Select(gem => gem.Name)).Order());
        Assert.Equal(["capybara", "xpath"], development.Lock!.Gems.Keys.Except(development.Gems.Select(gem => gem.Name)).Order());
    }

    [Fact]
    public async Task PlainRack_FromSystemPackages()
    {
        var result = await FakeRepository.AnalyzeAsync(
            ("Gemfile", "# No source\ngem \"rack\"\ngem \"puma\"\n"), ("Gemfile.lock", Samples.SystemGemsLock), ("config.ru", "run ->(env) { [200, {}, ['hi']] }"), ("Dockerfile", "FROM x"));

        Assert.Equal(RackFramework.Rack, result.Framework);
        Assert.False(result.HasGemSource);
        Assert.Equal(new RubyChoice(null, null, "3.1.2", true), result.Ruby);
        Assert.Equal(["nio4r 2.5.8", "puma 5.6.5", "rack 2.2.22"], result.Gems.Select(gem => $"{gem.Name} {gem.Version}"));
        Assert.Empty(result.SystemPackages);
        Assert.Empty(result.Components);
        Assert.Empty(result.Problems);
        Assert.Equal(
            [
                "Gemfile.lock names no gem server, so the gems come from the packages of the server's distribution.",
                "Dockerfile is not used: the application is deployed from its Gemfile. To deploy it in containers, describe them in .cloud66/services.yml.",
            ],
            result.Notes);
    }

    [Fact]
    public async Task ConfigRuAlone_IsARackApplication()
    {
        var result = await FakeRepository.AnalyzeAsync(("config.ru", "run App"));

        Assert.Equal(("ruby", RackFramework.Rack, new WebServerChoice(WebServerKind.Puma, false)), (result.Language, result.Framework, result.WebServer));
        Assert.False(result.HasGemfile || result.IsTerminal || result.HasGemSource);
        Assert.Empty(result.Problems);
    }

    [Theory]
    [InlineData("gem 'sinatra'", "Sinatra")]
    [InlineData("gem 'padrino', '0.15'", "Padrino")]
    [InlineData("gem 'railties'", "Rails")]
    [InlineData("gem 'resque'", "Rack")]
    public async Task Framework_IsWhatTheGemfileLists(string line, string framework)
    {
        var result = await FakeRepository.AnalyzeAsync(("Gemfile", "source 'https://rubygems.org'\n" + line), ("config.ru", ""));
        Assert.Equal(framework, result.Framework.ToString());
    }

    [Theory]
    [InlineData("gem 'unicorn'", "Unicorn", true)]
    [InlineData("gem 'thin'", "Thin", true)]
    [InlineData("gem 'passenger'", "Passenger", true)]
    [InlineData("gem 'unicorn'\ngem 'puma'", "Puma", true)]
    [InlineData("gem 'unicorn', group: :development", "Puma", false)]
    [InlineData("gem 'falcon'", "Puma", false)]
    public async Task WebServer_IsTheGemfiles(string lines, string kind, bool isInBundle)
    {
        var result = await FakeRepository.AnalyzeAsync(("Gemfile", lines), ("config.ru", ""));
        Assert.Equal((kind, isInBundle), (result.WebServer.Kind.ToString(), result.WebServer.IsInBundle));
    }

    [Fact]
    public async Task CustomWeb_BeatsTheGemfileAndNeedsNoConfigRu()
    {
        var result = await FakeRepository.AnalyzeAsync("staging",
            ("Gemfile", "gem 'puma'"), ("Procfile", "custom_web: never"), ("Procfile_staging", "custom_web: bundle exec unicorn -c config/unicorn.rb\n"));
        Assert.Equal(new WebServerChoice(WebServerKind.Custom, true, "bundle exec unicorn -c config/unicorn.rb"), result.WebServer);
        Assert.Empty(result.Problems);
    }

    [Fact]
    public async Task EmptyOrForeignRepository_IsTerminal()
    {
        var empty = await FakeRepository.AnalyzeAsync();
        Assert.True(empty.IsTerminal);
        Assert.Equal(["The repository has no files. Push an application to it and analyse again."], empty.Problems);

        var foreign = await FakeRepository.AnalyzeAsync(("docker-compose.yml", "services: {}"), ("package.json", "{}"));
        Assert.True(foreign.IsTerminal);
        Assert.Null(foreign.Language);
        Assert.Equal(RackFramework.None, foreign.Framework);
        Assert.Equal(
            ["There is neither a Gemfile nor a config.ru at the top of the repository, so there is no Ruby web application to deploy; nor is there a Dockerfile or a .cloud66/services.yml, so there are no containers."],
            foreign.Problems);
        Assert.Equal(["docker-compose.yml is not read. Describe the containers in .cloud66/services.yml."], foreign.Notes);
    }

    [Fact]
    public async Task DefinitionOfServices_MakesADockerStack_WhateverElseIsThere()
    {
        var docker = await FakeRepository.AnalyzeAsync(
            ("Gemfile", "gem 'rack'"), ("config.ru", ""), ("Dockerfile", "FROM x"), ("service.yml", "services: {}"),
            (".cloud66/services.yml", "services: {web: {ports: [\"3000:80:443\"]}}\ndatabases: [redis]"));
        Assert.Equal((true, false, RackFramework.None), (docker.IsDocker, docker.IsTerminal, docker.Framework));
        Assert.Equal(".cloud66/services.yml", docker.Docker!.Source);
        Assert.Empty(docker.Problems);
        Assert.Equal(["redis"], docker.Components);
        Assert.Empty(docker.CannotDo);

        var bare = await FakeRepository.AnalyzeAsync(("Dockerfile", "FROM x\nEXPOSE 80"), ("package.json", "{}"));
        Assert.Equal("Dockerfile", bare.Docker!.Source);
        var broken = await FakeRepository.AnalyzeAsync((".cloud66/services.yml", ""), ("Dockerfile", "FROM x\nEXPOSE 80"));
        Assert.True(broken.IsDocker);
        Assert.Null(broken.Docker);
        Assert.Equal([".cloud66/services.yml, line 1: expected a mapping of environments (production: ...), found nothing."], broken.Problems);
    }

    [Fact]
    public async Task GemfileWithoutConfigRu_IsAProblemButNotTerminal()
    {
        var result = await FakeRepository.AnalyzeAsync(("Gemfile", "gem 'sinatra'\ngem 'puma'"), ("app.rb", "require 'sinatra'"));
        Assert.False(result.IsTerminal);
        Assert.Equal(["There is no config.ru at the top of the repository, which tells a Rack web server what to run. Add one, or name your own web server in a custom_web line of the Procfile."], result.Problems);
        Assert.Contains("There is no Gemfile.lock: every deployment may get other versions of the gems. Commit the lock that bundle install makes.", result.Notes);
    }

    [Fact]
    public async Task SubmodulesLfsAndDatabasesWithoutPackages_CannotBeDone()
    {
        var result = await FakeRepository.AnalyzeAsync(
            ("Gemfile", "gem 'puma'\ngem 'mongoid'\ngem 'searchkick'"), ("config.ru", ""), ("vendor/theme@", ""), (".gitattributes", "*.psd filter=lfs diff=lfs\n"));
        Assert.Equal(["mongodb", "elasticsearch"], result.Components);
        Assert.Equal(
            [
                "The repository has git submodules; their content is not fetched.",
                "The repository keeps files in git LFS; servers get the pointer files and not their content.",
                "The application needs mongodb, which Slipway does not install because Debian has no packages of it. Give the address of one that runs elsewhere.",
                "The application needs elasticsearch, which Slipway does not install because Debian has no packages of it. Give the address of one that runs elsewhere.",
            ],
            result.CannotDo);
    }

    [Fact]
    public async Task Lock_WithMergeMarksOrOutsidePath_IsAProblem()
    {
        var result = await FakeRepository.AnalyzeAsync(
            ("config.ru", ""), ("Gemfile", "gem 'puma'"),
            ("Gemfile.lock", "<<<<<<< HEAD\nPATH\n  remote: ../core\n  specs:\n    core (1.0)\n\nGEM\n  remote: https://rubygems.org/\n  specs:\n    puma (6.0.0)\n\nPLATFORMS\n  arm64-darwin-22\n\nDEPENDENCIES\n  core!\n  puma\n"));
        Assert.Equal(
            [
                "Gemfile.lock has the marks of an unresolved merge (<<<<<<<). Resolve it, run bundle install and commit the result.",
                "A gem comes from the path ../core, which is outside of the repository and will not be on the servers.",
            ],
            result.Problems);
        Assert.Contains("Gemfile.lock is made for arm64-darwin-22 only. Run bundle lock --add-platform x86_64-linux (or aarch64-linux) and commit the result.", result.Notes);
    }

    [Fact]
    public async Task Procfile_ReportsMistakesWithTheirLine()
    {
        var result = await FakeRepository.AnalyzeAsync(
            ("config.ru", ""), ("Procfile", "worker: a\n\nworker: b\nno command here\n-x: c\nbad/name: d\nempty:\n$(id): e\n"));
        Assert.Equal([new ProcessSpec("worker", "a")], result.Processes);
        Assert.Equal(
            [
                "Procfile, line 3: the process worker stands here twice, or there are more than 100.",
                "Procfile, line 4: expected \"name: command\".",
                "Procfile, line 5: the name of a process begins with a letter and has up to 50 letters, digits, - and _.",
                "Procfile, line 6: the name of a process begins with a letter and has up to 50 letters, digits, - and _.",
                "Procfile, line 7: the process empty has no command.",
                "Procfile, line 8: the name of a process begins with a letter and has up to 50 letters, digits, - and _.",
            ],
            result.Problems);
    }

    [Theory]
    [InlineData("adapter: sqlite3", "gem 'sqlite3'", "", true)]
    [InlineData("adapter: <%= ENV.fetch('ADAPTER', 'postgresql') %>", "gem 'pg'\ngem 'sqlite3'", "postgresql", false)]
    [InlineData("adapter: mysql2", "gem 'pg'\ngem 'mysql2'", "mysql", false)]
    [InlineData("url: postgres://x/y", "", "postgresql", false)]
    [InlineData("host: x", "gem 'trilogy'", "mysql", false)]
    [InlineData("adapter: [unclosed", "gem 'pg'", "postgresql", false)]
    public async Task DatabaseYml_IsReadLeniently(string production, string gems, string components, bool warnsOfSqlite)
    {
        var result = await FakeRepository.AnalyzeAsync(
            ("Gemfile", "gem 'puma'\n" + gems), ("config.ru", ""), ("config/database.yml", $"development:\n  adapter: sqlite3\nproduction:\n  {production}\n  password: <%= x[:y] %>\n"));
        Assert.Equal(components, string.Join(' ', result.Components));
        Assert.Equal(warnsOfSqlite, result.Notes.Any(note => note.StartsWith("The application uses SQLite", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("config.assets.enabled = false", "", false)]
    [InlineData("# config.assets.enabled = false", "", true)]
    [InlineData("", "production:\n  rails:\n    configuration:\n      asset_pipeline_precompile: false\n", false)]
    public async Task Assets_CanBeSwitchedOff(string line, string manifest, bool needed)
    {
        var result = await FakeRepository.AnalyzeAsync(
            ("Gemfile", "gem 'rails'"), ("config.ru", ""), ("config/application.rb", $"class A < Rails::Application\n  {line}\nend"), (".cloud66/manifest.yml", manifest));
        Assert.Equal(needed, result.NeedsAssetPrecompile);
    }

    [Fact]
    public void Analysis_NeverThrowsOnGarbage()
    {
        string[] paths =
        [
            "Gemfile", "Gemfile.lock", "config.ru", "config/database.yml", ".ruby-version", ".tool-versions", "Procfile", "Procfile_production",
            ".cloud66/manifest.yml", ".cloud66/deploy_hooks.yml", ".gitattributes", ".env.example", "app/x.rb", "config/application.rb",
        ];
        string[] crumbs =
        [
            "gem ", "'rails'", "\"", "'", ", ", "ruby ", "~> 3", "file:", "group :test do", "end", "\n", "  ", "    ", "GEM", "  specs:", "(1.0)", "remote: ", "production:", "- ", "command: x", "<<: *a",
            "&a ", "*a", ": [a\n  b: c", "[", "]", "{", "}", "<%= ", " %>", "? ", "|", "!!binary ", "ENV['", "\0", "\t", "\uFEFF", "\uD800", "999999999999999999999999", ".", "after_bundle:", "web: ", "RUBY VERSION\n", "   ruby 3", ":",
        ];
        var text = Gen.OneOf(Gen.String, Gen.OneOf(crumbs).Array[0, 60].Select(string.Concat));
        Gen.Select(Gen.OneOf(paths), text).Array[0, 8].Sample(
            files =>
            {
                var analysis = FakeRepository.AnalyzeAsync(files);
                Assert.True(analysis.IsCompletedSuccessfully, analysis.Exception?.ToString());
            },
            iter: 3000);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public async Task HostileYaml_IsRefusedAndNotFollowed(string opening)
    {
        var deep = string.Concat(Enumerable.Repeat(opening, 20_000));
        var result = await FakeRepository.AnalyzeAsync(("config.ru", ""), (".cloud66/manifest.yml", deep), (".cloud66/deploy_hooks.yml", deep), ("config/database.yml", deep));
        Assert.Equal(2, result.Problems.Count);
        Assert.All(result.Problems, problem => Assert.Contains("the file is nested too deeply or too large", problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData(" ")]
    [InlineData("group ")]
    [InlineData("<%=")]
    [InlineData("<%")]
    [InlineData("gem 'a', ")]
    [InlineData("ENV[")]
    [InlineData("class A ")]
    [InlineData("a: &a [*a]\n")]
    [InlineData("x\n")]
    [InlineData("\"")]
    public async Task LargeHostileFiles_AreReadQuickly(string crumb)
    {
        var text = "group" + string.Concat(Enumerable.Repeat(crumb, 1_000_000 / crumb.Length));
        string[] paths = ["Gemfile", "Gemfile.lock", "config/database.yml", "config/application.rb", ".ruby-version", ".tool-versions", "Procfile", ".cloud66/manifest.yml", ".cloud66/deploy_hooks.yml", ".env.example", "app/x.rb"];
        var result = await Task.Run(() => FakeRepository.AnalyzeAsync([.. paths.Select(path => (path, text))]), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.InRange(result.Problems.Count, 1, 41);
        Assert.All(result.Problems, problem => Assert.InRange(problem.Length, 1, 600));
    }
}
