using CsCheck;
using Slipway.Engine;
using Slipway.Engine.Git;

namespace Slipway.Tests.Git;

public sealed class GitUrlTests
{
    [Theory]
    [InlineData("https://github.com/owner/app.git", "Https", "github.com", 443, null, "https://github.com/owner/app.git")]
    [InlineData("HTTPS://GitHub.com/owner/app", "Https", "github.com", 443, null, "https://github.com/owner/app")]
    [InlineData(" http://git.lan:3000/a/b ", "Http", "git.lan", 3000, null, "http://git.lan:3000/a/b")]
    [InlineData("git://git.lan/app", "Git", "git.lan", 9418, null, "git://git.lan/app")]
    [InlineData("ssh://git@git.lan:2222/a/b.git", "Ssh", "git.lan", 2222, "git", "ssh://git@git.lan:2222/a/b.git")]
    [InlineData("ssh://git.lan/~me/b.git", "Ssh", "git.lan", 22, null, "ssh://git.lan/~me/b.git")]
    [InlineData("git@github.com:owner/app.git", "Ssh", "github.com", 22, "git", "git@github.com:owner/app.git")]
    [InlineData("deploy@10.0.0.3:srv/app", "Ssh", "10.0.0.3", 22, "deploy", "deploy@10.0.0.3:srv/app")]
    [InlineData("https://[2001:db8::1]:8443/a", "Https", "2001:db8::1", 8443, null, "https://[2001:db8::1]:8443/a")]
    public void Parse_Accepts(string text, string scheme, string host, int port, string? user, string address)
    {
        var url = GitUrl.Parse(text);
        Assert.Equal((scheme, host, port, user, address, address), (url.Scheme.ToString(), url.Host, url.Port, url.User, url.Address, url.Display));
        Assert.False(url.HasCredentials);
    }

    [Theory]
    [InlineData("", "The git address is empty. Give one such as https://host/owner/repository.git or git@host:owner/repository.git.")]
    [InlineData("/srv/git/app.git", "This is not the address of a git host.")]
    [InlineData("../app", "This is not the address of a git host.")]
    [InlineData("C:\\code", "This is not the address of a git host.")]
    [InlineData("file:///etc", "Repositories on this machine (file:) are not accepted.")]
    [InlineData("FILE:/etc", "Repositories on this machine (file:) are not accepted.")]
    [InlineData("ext::sh -c id", "The git address must not contain spaces or control characters.")]
    [InlineData("ext::id", "Addresses that name a git remote helper")]
    [InlineData("ext::https://host/x", "This is not the address of a git host.")]
    [InlineData("ftp://host/a", "The scheme \"ftp\" is not accepted.")]
    [InlineData("0://host/a", "This is not the address of a git host.")]
    [InlineData("--upload-pack=id", "The git address must not begin with a dash.")]
    [InlineData("ssh://-oProxyCommand=id/a", "The git address names no valid host.")]
    [InlineData("git@-oProxyCommand=id:a", "This is not the address of a git host.")]
    [InlineData("-x@host:a", "The git address must not begin with a dash.")]
    [InlineData("git@host:-a", "The path of the git address must not begin with a dash.")]
    [InlineData("https://host", "The git address names no repository.")]
    [InlineData("https://host/a\nb", "The git address must not contain spaces or control characters.")]
    [InlineData("https://host/a?x=1", "The git address must not contain ? or #.")]
    [InlineData("ssh://git:secret@host/a", "An ssh address may have a plain user name but no password.")]
    [InlineData("ssh://-oX@host/a", "An ssh address may have a plain user name but no password.")]
    [InlineData("http://me:secret@host/a", "Credentials in http addresses would travel unencrypted.")]
    public void Parse_Refuses(string text, string beginning)
    {
        Assert.False(GitUrl.TryParse(text, out _, out var error));
        Assert.StartsWith(beginning, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://me:s3cr%40t@host/a.git", "me", "s3cr@t")]
    [InlineData("https://ghp_token@host/a.git", "ghp_token", "")]
    public void Credentials_AreKeptApartAndNeverShown(string text, string user, string password)
    {
        var url = GitUrl.Parse(text);
        Assert.Equal((user, password), (url.User, url.Password!.Reveal()));
        Assert.Equal("https://host/a.git", url.Address);
        Assert.Equal("https://[redacted]@host/a.git", url.Display);
        Assert.Equal(url.Display, url.ToString());
        Assert.Equal(url.Display, $"{url}");
    }

    [Fact]
    public void TryParse_NeverThrowsAndNeverLetsAnOptionThrough() =>
        Gen.OneOf(Gen.String, Gen.String.Select(text => "https://" + text), Gen.String.Select(text => "git@" + text), Gen.String.Select(text => "ssh://h/" + text))
            .Sample(text =>
            {
                if (!GitUrl.TryParse(text, out var url, out var error))
                {
                    Assert.NotEmpty(error);
                    return;
                }

                Assert.DoesNotContain(url.Address, char.IsControl);
                Assert.DoesNotContain(url.Host, c => c is ' ' or '"' or '\'' or '$' or ';');
                Assert.False(url.Address.StartsWith('-') || url.Host.StartsWith('-'));
            });
}
