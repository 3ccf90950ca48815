using Slipway.Rig;

namespace Slipway.SystemTests.Rig;

public sealed class GemServerTests(Testbed testbed)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sinatra-app", "sinatra", "sinatra/base")]
    [InlineData("rails-app", "rails", "rails")]
    public async Task Bundle_InstallsFromTheGemServer_AndCompilesTheExtension(string app, string framework, string library)
    {
        await using var gems = await testbed.StartGemServerAsync(Token);
        await using var server = await testbed.StartWarmAsync(Token);
        await using var git = await GitServer.StartAsync(testbed, Token);
        var repository = await git.CreateRepositoryAsync($"tests/testbed/apps/{app}", Token, gems);
        await server.ExecuteAsync(["git", "clone", "--quiet", repository.Url, "/srv/app"], Token);
        await server.ExecuteAsync(["env", "-C", "/srv/app", "bundle", "config", "set", "--local", "deployment", "true"], Token);

        var installed = await server.ExecuteAsync(["env", "-C", "/srv/app", "bundle", "install"], Token);

        Assert.Contains($"Fetching source index from {gems.Source}/", installed, StringComparison.Ordinal);
        Assert.Contains("Installing native_greeting 1.0.0 with native extensions", installed, StringComparison.Ordinal);
        var loaded = await server.ExecuteAsync(["env", "-C", "/srv/app", "bundle", "exec", "ruby", "-e",
            $"require 'native_greeting'; require '{library}'; print NativeGreeting.greet('{framework}'), ' ', Gem.loaded_specs['{framework}'].full_gem_path"], Token);
        Assert.StartsWith($"Hello {framework} from C /srv/app/vendor/bundle/", loaded, StringComparison.Ordinal);
    }
}
