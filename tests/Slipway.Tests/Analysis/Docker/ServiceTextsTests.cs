using Slipway.Engine.Analysis.Docker;

namespace Slipway.Tests.Analysis.Docker;

public sealed class ServiceTextsTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("10", 10)]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("24h", 86400)]
    [InlineData("25h", null)]
    [InlineData("9999999h", null)]
    [InlineData("99999999", null)]
    [InlineData("", null)]
    [InlineData("-1s", null)]
    [InlineData("1.5s", null)]
    [InlineData("1d", null)]
    [InlineData("1m30s", null)]
    [InlineData(" 1s", null)]
    [InlineData("1s\n", null)]
    [InlineData("١s", null)]
    public void Duration_IsSeconds(string text, int? seconds) => Assert.Equal(seconds, ServiceTexts.Duration(text));

    [Theory]
    [InlineData("3000", 3000, null, null)]
    [InlineData("3000:80", 3000, 80, null)]
    [InlineData("3000:80:443", 3000, 80, 443)]
    [InlineData("4000::8443", 4000, null, 8443)]
    [InlineData("4000::", 4000, null, null)]
    [InlineData("65535:1", 65535, 1, null)]
    public void Port_IsRead(string text, int container, int? http, int? https) => Assert.Equal(new PortDefinition(container, http, https), ServiceTexts.Port(text));

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("3000:0")]
    [InlineData("3000:80:443:1")]
    [InlineData("3000:http")]
    [InlineData("127.0.0.1:3000")]
    [InlineData("+3000")]
    [InlineData(" 3000")]
    [InlineData("3000/tcp")]
    [InlineData("99999999999")]
    public void Port_RefusesAnythingElse(string text) => Assert.Null(ServiceTexts.Port(text));

    [Fact]
    public void StopSequence_IsPausesAndSignals() => Assert.Equal(
        [new(60, null), new(0, "USR2"), new(30, null), new(0, "USR1"), new(50, null)], ServiceTexts.StopSequence("1m:USR2:30s:SIGUSR1:50s")!);

    [Theory]
    [InlineData("")]
    [InlineData("1m:")]
    [InlineData(":USR1")]
    [InlineData("1m:USR9")]
    [InlineData("USR1;reboot")]
    [InlineData("20h:TERM:5h")]
    public void StopSequence_RefusesAnythingElse(string text) => Assert.Null(ServiceTexts.StopSequence(text));

    [Theory]
    [InlineData("TERM", "TERM")]
    [InlineData("sigusr1", "USR1")]
    [InlineData("9", null)]
    [InlineData("SIG", null)]
    [InlineData("TERM ", null)]
    public void Signal_HasItsPlainName(string text, string? name) => Assert.Equal(name, ServiceTexts.Signal(text));

    [Theory]
    [InlineData("nginx")]
    [InlineData("nginx:1.25-alpine")]
    [InlineData("quay.io/cloud66/sample-rails")]
    [InlineData("localhost:5000/a/b__c/d-e.f:Tag_1")]
    [InlineData("registry.example.com:443/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("MyHost.example/app:1")]
    public void Image_MayBe(string text) => Assert.True(ServiceTexts.IsImage(text));

    [Theory]
    [InlineData("")]
    [InlineData("-v/:/host")]
    [InlineData("--privileged")]
    [InlineData("a b")]
    [InlineData("a;b")]
    [InlineData("nginx:")]
    [InlineData("nginx\n")]
    [InlineData("/nginx")]
    [InlineData("Nginx")]
    [InlineData("host/-x")]
    [InlineData("a//b")]
    [InlineData("app@sha256:xyz")]
    [InlineData("http://host/app")]
    public void Image_RefusesAnythingElse(string text) => Assert.False(ServiceTexts.IsImage(text));

    [Theory]
    [InlineData("_env:NAME", "NAME")]
    [InlineData("_env:_a1", "_a1")]
    [InlineData("_env:", null)]
    [InlineData("_env:1A", null)]
    [InlineData("_env:A B", null)]
    [InlineData("x_env:A", null)]
    [InlineData("plain", null)]
    public void Variable_IsNamed(string text, string? name) => Assert.Equal(name, ServiceTexts.Variable(text));

    [Theory]
    [InlineData("/data", true)]
    [InlineData("/usr/src/my app/log", true)]
    [InlineData("/", false)]
    [InlineData("data", false)]
    [InlineData("/a/../etc", false)]
    [InlineData("/a:ro", false)]
    [InlineData("/a,b", false)]
    [InlineData("/a\"b", false)]
    public void ContainerPath_IsAbsolute(string text, bool expected) => Assert.Equal(expected, ServiceTexts.IsContainerPath(text));

    [Theory]
    [InlineData("rackup -p 3000", "rackup", "-p", "3000")]
    [InlineData("  a\t b  ", "a", "b")]
    [InlineData("sh -c 'echo \"hi\"; exit'", "sh", "-c", "echo \"hi\"; exit")]
    [InlineData("a \"b \\\"c\\\" \\n\" ''", "a", "b \"c\" \\n", "")]
    [InlineData("a\\ b '\\'", "a b", "\\")]
    [InlineData("echo $HOME | cat && true", "echo", "$HOME", "|", "cat", "&&", "true")]
    [InlineData("a'b'c", "abc")]
    [InlineData("")]
    public void CommandLine_IsSplitAsAShellWould(string text, params string[] arguments) => Assert.Equal(arguments, CommandLine.Split(text)!);

    [Theory]
    [InlineData("a 'b")]
    [InlineData("a \"b")]
    [InlineData("a \"b\\\"")]
    public void CommandLine_RefusesOpenQuotes(string text) => Assert.Null(CommandLine.Split(text));
}
