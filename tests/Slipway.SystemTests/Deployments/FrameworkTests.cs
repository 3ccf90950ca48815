using System.Text.Json;
using Slipway.Rig;

namespace Slipway.SystemTests.Deployments;

/// <summary>Applications whose gems come from a gem server by a real bundle install.</summary>
public sealed class FrameworkTests(Testbed testbed, SharedOwner shared)
{
    [Fact]
    public async Task Sinatra_WithACompiledGem_IsDeployed_AndTheBundleIsKept()
    {
        var owner = await shared.GetAsync(testbed);
        await using var gems = await testbed.StartGemServerAsync(App.Token);
        var code = await owner.Git.CreateRepositoryAsync("tests/testbed/apps/sinatra-app", App.Token, gems);
        var app = await owner.DeployAsync("Sinatra", code, [await owner.StartServerAsync()]);
        Assert.Equal("sinatra", (await app.ReadAsync()).Framework);
        Assert.Equal(await code.HeadAsync(App.Token), await app.RevisionAsync());
        Assert.Contains("Sinatra", Text(await app.GetAsync("/info.json"), "greeting"), StringComparison.Ordinal);

        // The same bundle is not installed again: the gem server is not even asked.
        await gems.DisposeAsync();
        var commit = await code.CommitAsync(new Dictionary<string, string?> { ["README"] = "more\n" }, App.Token);
        var deployment = await app.DeployAsync();
        DeployedApp.AssertSucceeded(deployment);
        Assert.Equal(commit, await app.RevisionAsync());
        var changed = await code.CommitAsync(new Dictionary<string, string?> { ["Gemfile"] = await File.ReadAllTextAsync(Path.Combine(code.Folder, "Gemfile"), App.Token) + "gem \"not-there\"\n" }, App.Token);
        var failed = await app.DeployAsync();
        Assert.Equal(("failed", changed), (failed.Outcome.Meaning, failed.GitHash));
        Assert.Contains("bundle install", failed.Message, StringComparison.Ordinal);
        Assert.Equal(commit, await app.RevisionAsync());
    }

    [Fact]
    public async Task Rails_GetsItsDatabase_Migrations_AndAssets()
    {
        var owner = await shared.GetAsync(testbed);
        await using var gems = await testbed.StartGemServerAsync(App.Token);
        var code = await owner.Git.CreateRepositoryAsync("tests/testbed/apps/rails-app", App.Token, gems);
        var app = await owner.DeployAsync("Rails", code, [await owner.StartServerAsync()]);
        Assert.Equal("rails", (await app.ReadAsync()).Framework);
        // The health check was a visit too.
        var visits = Visits(await app.GetAsync("/"));
        var page = await app.GetAsync("/");
        Assert.Equal(visits + 1, Visits(page));
        var asset = page.Split("href=\"")[1].Split('"')[0];
        Assert.Contains("teal", await app.GetAsync(asset), StringComparison.Ordinal);

        var commit = await code.CommitAsync(
            new Dictionary<string, string?>
            {
                ["db/migrate/20260201000000_add_note.rb"] = "class AddNote < ActiveRecord::Migration[6.1]\n  def change\n    add_column :visits, :note, :string\n  end\nend\n",
            },
            App.Token);
        DeployedApp.AssertSucceeded(await app.DeployAsync());
        Assert.Equal(commit, await app.RevisionAsync());
        Assert.Equal(20260201000000, JsonDocument.Parse(await app.GetAsync("/info.json")).RootElement.GetProperty("migrated").GetInt64());
        Assert.True(Visits(await app.GetAsync("/")) > visits + 1);
    }

    private static int Visits(string page) => int.Parse(page.Split("Visits: ")[1].Split('<')[0], null);

    private static string Text(string json, string name) => JsonDocument.Parse(json).RootElement.GetProperty(name).GetString()!;
}
