using Slipway.Engine;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Tls;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Docker.Tls;
using Slipway.Engine.Operations;
using Slipway.Engine.Stacks;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker.Tls;

public sealed class SiteCertificatesTests
{
    private const string Tls = "/etc/slipway/stacks/shop/tls";
    private const string SelfSigned = Tls + "/pairs/self-signed-new";
    private const string Own = Tls + "/pairs/own-abc";
    private const string Request = Tls + "/live/request.cnf";

    private static readonly TimeSpan SelfSignedReserve = TimeSpan.FromDays(200);

    private readonly Attempt _attempt = new([new() { Name = "web", Ports = [new(3000, 80, 443)] }]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private StackPaths Paths => _attempt.Context.Paths;

    private string RequestText => CertificateRequest.Text(_attempt.Context.Wanted, _attempt.Context.Wanted.Servers[0]);

    [Fact]
    public void Containers_StartAfterThat()
    {
        var names = ContainerSteps.StartAndSwitch.Select(step => step.Name).ToList();
        Assert.Equal(["look after certificates", "start new containers", "prepare the switch", "switch traffic"], names[..4]);
    }

    [Theory]
    [InlineData("3000", false)]
    [InlineData("3000:80", false)]
    [InlineData("3000:443", false)]
    [InlineData("3000:80:443", true)]
    [InlineData("3000::8443", true)]
    public void Certificate_IsLookedAfter_WhereSomethingIsUnderHttps(string port, bool expected)
    {
        var attempt = new Attempt([new() { Name = "web", Ports = [ServiceTexts.Port(port)!] }]);
        Assert.Equal(expected, SiteCertificates.Step.When(attempt.Context));
        Assert.Equal(expected, RewriteSites.Steps[0].When(attempt.Context));
        attempt.Context.State.Plan = new() { Framework = "rack" };
        Assert.False(RewriteSites.Steps[0].When(attempt.Context));
    }

    [Fact]
    public async Task WhereThereIsNone_OneIsMadeOnTheServer()
    {
        await RunAsync();

        Assert.Equal(
            [
                $"find {Tls} -mindepth 1 -maxdepth 1 -name *.pem -printf %f\\n",
                $"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -pkeyopt ec_param_enc:named_curve -sha256 -nodes -days 800 -config {SelfSigned}/request.cnf -keyout {SelfSigned}/key.pem -out {SelfSigned}/certificate.pem",
                $"nginx -q -t -c {Tls}/check/nginx.conf",
                $"find {Tls}/pairs -mindepth 1 -maxdepth 1 ! -name self-signed-new -exec rm --recursive --force -- {{}} +",
            ],
            _attempt.Machine.Programs);
        Assert.Equal(RequestText, _attempt.Machine.Files[$"{SelfSigned}/request.cnf"]);
        Assert.Contains($"ssl_certificate_key {SelfSigned}/key.pem;", _attempt.Machine.Files[$"{Tls}/check/nginx.conf"], StringComparison.Ordinal);
        Assert.Equal(SelfSigned, _attempt.Machine.Links[$"{Tls}/live"]);
        Assert.Equal($"HTTPS has a self-signed certificate, good for 800 days, until one of yours is in {Tls}.", Assert.Single(_attempt.Said));
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public async Task SelfSignedOne_Stays_WhileItsNamesAndTimeAreRight(bool hasOtherNames, bool isAboutToEnd, bool isMade)
    {
        _attempt.Machine.Files[Request] = RequestText + (hasOtherNames ? "DNS.2 = other.example.com\n" : "");
        if (isAboutToEnd)
            _attempt.Machine.ExitCodes[Line(CertificateCommands.IsGoodFor(Paths.LiveTls, SelfSignedReserve))] = 1;

        await RunAsync();

        Assert.Equal(isMade, _attempt.Machine.Links.ContainsKey($"{Tls}/live"));
        Assert.Equal(isMade, _attempt.Machine.Programs.Contains(Line(CertificateCommands.MakeSelfSigned(SelfSigned))));
    }

    [Fact]
    public async Task OwnOne_IsCheckedAndCopied_AndNeverWritten()
    {
        GivenOwn();
        _attempt.Machine.Files[Request] = RequestText;

        await RunAsync();

        Assert.Contains($"install --mode=0600 -- {Tls}/certificate.pem {Tls}/key.pem {Own}", _attempt.Machine.Programs);
        Assert.Contains(Line(NginxTls.CheckPair(Paths)), _attempt.Machine.Programs);
        Assert.Equal(Own, _attempt.Machine.Links[$"{Tls}/live"]);
        Assert.DoesNotContain(_attempt.Machine.Files.Keys, path => path == $"{Tls}/certificate.pem" || path == $"{Tls}/key.pem");
        Assert.DoesNotContain(_attempt.Machine.Programs, program => program.StartsWith("openssl req", StringComparison.Ordinal));
        Assert.Equal($"HTTPS has the certificate in {Tls}.", Assert.Single(_attempt.Said));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OwnOneThatServes_IsLeftAlone_ButForAWarning(bool isAboutToEnd)
    {
        GivenOwn(live: "abc");
        if (isAboutToEnd)
            _attempt.Machine.ExitCodes[Line(CertificateCommands.IsGoodFor(Paths.LiveTls, TimeSpan.FromDays(14)))] = 1;

        await RunAsync();

        Assert.Empty(_attempt.Machine.Links);
        Assert.Equal(isAboutToEnd ? [$"The certificate in {Tls} ends within 14 days, or has ended. Put another one there, then deploy again."] : [], _attempt.Said);
    }

    [Theory]
    [InlineData("certificate.pem", "key.pem is not there, and certificate.pem is.")]
    [InlineData("key.pem\nother.pem", "certificate.pem is not there, and key.pem is.")]
    public async Task HalfAPair_IsRefused(string files, string says)
    {
        _attempt.Machine.Answers[Line(CertificateCommands.ListOwn(Paths))] = files;
        await AssertRefusedAsync(says);
    }

    [Theory]
    [InlineData(false, ".")]
    [InlineData(true, ", which ends within 14 days, or has ended.")]
    public async Task HalfAPair_KeepsNothingFromBeingMended_WhereOneServes(bool isAboutToEnd, string says)
    {
        _attempt.Machine.Answers[Line(CertificateCommands.ListOwn(Paths))] = "certificate.pem";
        if (isAboutToEnd)
            _attempt.Machine.ExitCodes[Line(CertificateCommands.IsGoodFor(Paths.LiveTls, TimeSpan.FromDays(14)))] = 1;

        await SiteCertificates.Step.RunAsync(_attempt.Context with { Change = ContainerChange.None }, Cancel);

        Assert.Contains($"ssl_certificate {Tls}/live/certificate.pem;", _attempt.Machine.Files[NginxTls.CheckFile(Paths)], StringComparison.Ordinal);
        Assert.Contains(Paths.TlsCheck, _attempt.Machine.Removed);
        Assert.Empty(_attempt.Machine.Links);
        var warning = Assert.Single(_attempt.Said);
        Assert.StartsWith($"HTTPS goes on with the certificate that serves already{says} The certificate for HTTPS in {Tls} on server1 cannot be used", warning, StringComparison.Ordinal);
        Assert.EndsWith("key.pem is not there, and certificate.pem is.", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HalfAPair_DoesNotKeepASelfSignedOneFromBeingRenewed()
    {
        _attempt.Machine.Answers[Line(CertificateCommands.ListOwn(Paths))] = "certificate.pem";
        _attempt.Machine.Files[Request] = RequestText;
        _attempt.Machine.ExitCodes[Line(CertificateCommands.IsGoodFor(Paths.LiveTls, SelfSignedReserve))] = 1;

        await SiteCertificates.Step.RunAsync(_attempt.Context with { Change = ContainerChange.None }, Cancel);

        Assert.Equal(SelfSigned, _attempt.Machine.Links[$"{Tls}/live"]);
    }

    [Fact]
    public async Task HalfAPair_IsRefused_WhereNginxHasNoOther()
    {
        _attempt.Machine.Answers[Line(CertificateCommands.ListOwn(Paths))] = "certificate.pem";
        _attempt.Machine.ExitCodes[Line(NginxTls.CheckPair(Paths))] = 1;
        await Assert.ThrowsAsync<UserErrorException>(() => SiteCertificates.Step.RunAsync(_attempt.Context with { Change = ContainerChange.None }, Cancel));
    }

    [Fact]
    public async Task KeyOfAnotherCertificate_IsRefused_WhichNginxWouldTake()
    {
        GivenOwn(key: "another key");
        await AssertRefusedAsync("key.pem is not the key of the first certificate in certificate.pem.");
    }

    [Fact]
    public async Task WhatNoOneCanRead_IsRefused_InTheWordsOfThoseWhoCannot()
    {
        foreach (var (program, name) in new[]
        {
            (CertificateCommands.CopyOwn(Paths, Own), "copy the certificate"), (CertificateCommands.PublicKeyOfCertificate(Own), "read the certificate"),
            (CertificateCommands.PublicKeyOfKey(Own), "read the key"), (NginxTls.CheckPair(Paths), "check the certificate"),
        })
        {
            GivenOwn();
            _attempt.Machine.ExitCodes[Line(program)] = 1;
            _attempt.Machine.Answers[Line(program)] = "no such luck";
            await AssertRefusedAsync($"To {name} failed, and {program[0]} says:\nno such luck");
            _attempt.Machine.ExitCodes.Clear();
        }
    }

    [Fact]
    public async Task Sites_AreRewritten_WithAnotherCertificate_WhereThereAreAny()
    {
        await RewriteSites.Steps[0].RunAsync(_attempt.Context, Cancel);
        Assert.Empty(_attempt.Machine.Programs);
        _attempt.Machine.Files[Paths.NginxSite] = "";
        GivenOwn();
        await RewriteSites.Steps[0].RunAsync(_attempt.Context, Cancel);
        Assert.Equal(Own, _attempt.Machine.Links[$"{Tls}/live"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sites_AreRestored_WhateverBecameOfTheCertificate(bool hasOne)
    {
        _attempt.Machine.Files[Paths.NginxSite] = "";
        if (hasOne)
            _attempt.Machine.Files[$"{Tls}/live/certificate.pem"] = "";
        _attempt.Machine.Answers[Line(CertificateCommands.ListOwn(Paths))] = "key.pem";

        await RewriteSites.RestoreAsync(_attempt.Context, Cancel);

        Assert.Contains("listen 80;", _attempt.Machine.Files[Paths.NginxSite], StringComparison.Ordinal);
        Assert.Equal(hasOne, _attempt.Machine.Files[Paths.NginxSite].Contains("ssl", StringComparison.Ordinal));
    }

    private Task RunAsync() => SiteCertificates.Step.RunAsync(_attempt.Context, Cancel);

    private void GivenOwn(string key = "public key", string live = "def")
    {
        var answers = _attempt.Machine.Answers;
        answers[Line(CertificateCommands.ListOwn(Paths))] = "certificate.pem\nkey.pem";
        answers[Line(CertificateCommands.Checksum(Paths.OwnCertificate))] = $"abc  {Paths.OwnCertificate}";
        answers[Line(CertificateCommands.Checksum($"{Tls}/live/certificate.pem"))] = $"{live}  {Tls}/live/certificate.pem";
        answers[Line(CertificateCommands.PublicKeyOfCertificate(Own))] = "public key";
        answers[Line(CertificateCommands.PublicKeyOfKey(Own))] = key;
    }

    private async Task AssertRefusedAsync(string says)
    {
        var refused = await Assert.ThrowsAsync<UserErrorException>(RunAsync);
        Assert.Equal(
            $"The certificate for HTTPS in {Tls} on server1 cannot be used, and nothing was changed. Put a certificate and its key there, in PEM and without passphrase, as certificate.pem and key.pem, or remove both for a self-signed one; then deploy again. {says}",
            refused.Message);
        Assert.Empty(_attempt.Machine.Links);
    }
}
