using Slipway.Engine.Analysis;
using Slipway.Engine.Analysis.Settings;

namespace Slipway.Tests.Analysis;

public sealed class SettingsTests
{
    private static readonly HashSet<string> Files = [".cloud66/seed.sh"];

    [Fact]
    public void Hooks_AreReadWithTheirDefaults()
    {
        var remarks = new Remarks();
        var hooks = Read("""
            defaults: &seed
              target: rails
              apply_during: build_only
            production:
              first_thing:
                - command: apt-get install -y curl
                  sudo: true
                - snippet: cloud66/node
                  target: any
              after_sinatra:
                - <<: *seed
                  source: /.cloud66/seed.sh
                  destination: /tmp/seed.sh
                  execute: true
                  run_on: all_servers
                  run_as: nginx
                  owner: nginx:app_writers
                  parse: false
                  halt_on_error: false
              last_thing:
              after_bundle:
                - command: |
                    echo "a; $(b)"
                    true
                  target: padrino
                  apply_during: deploy_only
            staging:
              nonsense: 1
            """, remarks);

        Assert.Empty(remarks.Problems);
        Assert.Equal(["The hook first_thing uses the snippet cloud66/node, which lies in a library of Cloud 66. Put the script into the repository and use source: instead."], remarks.CannotDo);
        Assert.Equal(
            [
                new DeployHook { Point = "first_thing", Kind = HookKind.Command, Command = "apt-get install -y curl", Execute = true, Sudo = true, RunOn = HookServers.All, Line = 6 },
                new DeployHook { Point = "first_thing", Kind = HookKind.Snippet, Snippet = "cloud66/node", Execute = true, RunOn = HookServers.All, Line = 8 },
                new DeployHook
                {
                    Point = "after_rails", Kind = HookKind.Script, Source = ".cloud66/seed.sh", Destination = "/tmp/seed.sh", Target = "rails", Execute = true, ApplyDuring = HookPhase.BuildOnly,
                    HaltOnError = false, RunOn = HookServers.All, RunAs = "nginx", Owner = "nginx:app_writers", Parse = false, Line = 11,
                },
                new DeployHook { Point = "after_bundle", Kind = HookKind.Command, Command = "echo \"a; $(b)\"\ntrue\n", Target = "rails", Execute = true, ApplyDuring = HookPhase.DeployOnly, RunOn = HookServers.Single, Line = 22 },
            ],
            hooks.All);
        Assert.Equal([".cloud66/seed.sh"], hooks.At("after_rails", isBuild: true).Select(hook => hook.Source));
        Assert.Empty(hooks.At("after_rails", isBuild: false));
        Assert.Empty(hooks.At("after_bundle", isBuild: true));
        Assert.Equal(2, hooks.At("first_thing", isBuild: false).Count());
    }

    [Fact]
    public void Hooks_ReportEveryMistakeWithItsLine()
    {
        var remarks = new Remarks();
        var hooks = Read("""
            production:
              after_lunch:
                - command: x
              first_thing: x
              after_bundle:
                - just text
                - command: x
                  snippet: y
                - command: x
                  targt: rails
                  run_on: everywhere
                  execute: maybe
                  run_as: nginx
                  sudo: yes
                - source: missing.sh
                - source: .cloud66/seed.sh
                  destination: /tmp/../etc/passwd
                  owner: "a; rm -rf /"
                - command:
                - command: [a, b]
            """, remarks);

        Assert.Empty(hooks.All);
        Assert.Equal(
            [
                "line 3: \"after_lunch\" is not a hook point. Use one of: after_checkout, first_thing, before_redis, before_mysql, before_postgresql, before_mongodb, after_redis, after_mysql, after_postgresql, after_mongodb, before_rails, after_bundle, after_symlink, after_rails, before_agent, after_agent, last_thing.",
                "line 4: expected a list of hooks (- command: ...) under first_thing, found a text.",
                "line 6: expected a hook (- command: ..., - snippet: ... or - source: ...), found a text.",
                "line 7: a hook needs exactly one of snippet, command and source.",
                "line 10: a command hook has no field \"targt\". Its fields are: command, target, execute, apply_during, halt_on_error, run_on, run_as, sudo.",
                "line 11: run_on expects one of single_server, all_servers.",
                "line 12: execute expects true or false.",
                "line 9: a hook has either run_as or sudo, not both.",
                "line 15: a hook with source needs a destination: the path of the file on the server.",
                "line 15: there is no file missing.sh in the repository.",
                "line 18: owner expects the name of a user on the server, such as deploy or deploy:www-data.",
                "line 17: destination expects an absolute path without \"..\".",
                "line 19: command expects a text, found nothing.",
                "line 20: command expects a text, found a list.",
            ],
            remarks.Problems.Select(problem => problem.Replace(".cloud66/deploy_hooks.yml, ", "", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("production:\n  after_bundle:\n   - a: b\n  - c", 4)]
    [InlineData("production: {", 2)]
    [InlineData("production: *missing", 1)]
    [InlineData("production: [unclosed\n  after: x", 2)]
    [InlineData("a: 1\na: 2", 2)]
    public void Hooks_ReportBrokenYaml(string text, int line)
    {
        var remarks = new Remarks();
        Assert.Empty(Read(text, remarks).All);
        Assert.StartsWith($".cloud66/deploy_hooks.yml, line {line}: this is not valid YAML: ", Assert.Single(remarks.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Manifest_GivesVariablesAndConfiguration()
    {
        var remarks = new Remarks();
        var manifest = ManifestReader.Read("""
            environment_variables:
              SHARED: one
              OVERRIDDEN: one
            production:
              rails:
                servers:
                  - server: {unique_name: frontend}
                configuration:
                  ruby_version: 3.1.2
                  asset_pipeline_precompile: true
                  do_initial_db_schema_load: no
              environment_variables:
                OVERRIDDEN: two
                TOKEN: AUTO_GENERATE
                LONGER: AUTO_GENERATE_15
                HUGE: AUTO_GENERATE_999999
                EMPTY:
            """, "production", remarks);

        Assert.Empty(remarks.Problems);
        Assert.Equal(("3.1.2", true, false), (manifest.RubyVersion, manifest.AssetPrecompile, manifest.InitialSchemaLoad));
        Assert.Equal(
            [
                new ManifestVariable("SHARED", "one", null), new ManifestVariable("OVERRIDDEN", "two", null), new ManifestVariable("TOKEN", null, 10),
                new ManifestVariable("LONGER", null, 15), new ManifestVariable("HUGE", null, 200), new ManifestVariable("EMPTY", "", null),
            ],
            manifest.EnvironmentVariables);
    }

    [Fact]
    public void Manifest_ReportsMistakes()
    {
        var remarks = new Remarks();
        ManifestReader.Read("production:\n  rack:\n    configuration:\n      asset_pipeline_precompile: perhaps\n  environment_variables:\n    \"A B\": x\n    LIST: [1]\n", "production", remarks);
        Assert.Equal(
            [
                ".cloud66/manifest.yml, line 6: \"A B\" is not a name for an environment variable; use letters, digits and _.",
                ".cloud66/manifest.yml, line 7: the environment variable LIST expects a text, found a list.",
                ".cloud66/manifest.yml, line 4: asset_pipeline_precompile expects true or false.",
            ],
            remarks.Problems);
    }

    private static DeployHooks Read(string text, Remarks remarks) => new DeployHooksReader(Files, remarks).Read(text, "production");
}
