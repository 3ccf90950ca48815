using System.Diagnostics;
using System.Text;
using Microsoft.Playwright;
using Slipway.SystemTests.Dashboard;

namespace Slipway.SystemTests.OAuth;

/// <summary>The example of the v3 API's description, with Debian's ruby-oauth2; only host, id, secret and stack are ours.</summary>
[Collection(nameof(DashboardRig))]
public sealed class RubyExampleTests(DashboardRig rig) : IDisposable
{
    /// <summary>Where the example keeps its token.</summary>
    private const string Kept = "/tmp/cloud66_oauth_test.json";

    private readonly FileInfo _script = new(Path.Combine(Path.GetTempPath(), $"slipway-example-{Guid.NewGuid():N}.rb"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Example_GetsItsToken_AndUsesItAgainLater()
    {
        File.Delete(Kept);
        var example = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "OAuth", "blueprint-example.rb"), Cancel);
        await File.WriteAllTextAsync(
            _script.FullName,
            example.Replace("https://app.cloud66.com", rig.Server.BaseUrl.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal)
                .Replace("ENTER_STACK_UID", rig.Stack.Uid, StringComparison.Ordinal),
            Cancel);

        using (var first = Start())
        {
            var url = await first.StandardOutput.ReadLineAsync(Cancel);
            Assert.Equal("Enter the code:", await first.StandardOutput.ReadLineAsync(Cancel));
            await first.StandardInput.WriteLineAsync(await AllowAsync(url!));
            await AssertServersAsync(first);
        }
        Assert.Matches("\"token\":\"[0-9a-f]{64}\"", await File.ReadAllTextAsync(Kept, Cancel));
        var allowed = (await rig.Api.AuthorizedApplications.ListAsync(1, Cancel)).Response.Single(one => one.Id == rig.Application.Id);
        Assert.Equal("public redeploy admin", allowed.Scopes);

        using var second = Start();
        await AssertServersAsync(second);
        await rig.Api.AuthorizedApplications.RevokeAsync(rig.Application.Id, Cancel);
        using var third = Start();
        Assert.Contains("OAuth2::Error", await third.StandardError.ReadToEndAsync(Cancel), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _script.Delete();
        File.Delete(Kept);
    }

    private async Task<string> AllowAsync(string url)
    {
        await using var window = await rig.OpenAsync();
        await window.GoAsync(url);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
        return (await window.Page.Locator("#code").TextContentAsync())!.Trim();
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("ruby") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // What it prints must come at once, though nobody sits at a terminal.
        start.ArgumentList.Add("-e");
        start.ArgumentList.Add("$stdout.sync = true; load ARGV.shift");
        start.ArgumentList.Add(_script.FullName);
        start.Environment["APP_ID"] = rig.Application.ClientId;
        start.Environment["APP_SECRET"] = rig.Application.ClientSecret;
        start.StandardOutputEncoding = Encoding.UTF8;
        return Process.Start(start) ?? throw new InvalidOperationException("ruby does not start.");
    }

    private static async Task AssertServersAsync(Process example)
    {
        example.StandardInput.Close();
        var (output, errors) = (await example.StandardOutput.ReadToEndAsync(Cancel), await example.StandardError.ReadToEndAsync(Cancel));
        await example.WaitForExitAsync(Cancel);
        Assert.True(example.ExitCode == 0, errors);
        // The stack has no server, so the list is empty.
        Assert.Equal("", output.Trim());
    }
}
