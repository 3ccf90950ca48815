using System.Security.Cryptography;
using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Commands.Tls;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Tls;

/// <summary>
/// The certificates with which nginx offers services under HTTPS: those that somebody has put on the servers, else self-signed ones. nginx reads a copy
/// that has been checked, through a link, so that a pair which does not fit breaks no site, not even when nginx starts anew.
/// </summary>
internal static class SiteCertificates
{
    // Long enough for servers that are away for months.
    private static readonly TimeSpan SelfSignedReserve = TimeSpan.FromDays(200);
    private const string IsGoodName = "see how long the certificate is good";
    private static readonly TimeSpan OwnReserve = TimeSpan.FromDays(14);

    public static Step<DeployContext> Step { get; } = StepWhere((_, _, _) => Task.FromResult(true));

    /// <summary>The step on those servers where it has a point.</summary>
    public static Step<DeployContext> StepWhere(Func<DeployContext, IRemoteHost, CancellationToken, Task<bool>> isWanted) => new(
        "look after certificates",
        (context, token) => context.OnWebServersAsync(
            async (server, host, cancel) =>
            {
                if (await isWanted(context, host, cancel))
                    await EnsureAsync(context, server, host, cancel);
            },
            token))
    {
        When = context => context.State.Plan.Docker?.Services.SelectMany(service => service.Ports).Any(port => port.Https is not null) is true,
    };

    /// <summary>Those of the sites that nginx can offer: one under HTTPS without a certificate would have it refuse every stack of the machine.</summary>
    public static async Task<IReadOnlyList<ContainerSite>> WithPairAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, IReadOnlyList<ContainerSite> sites, CancellationToken cancellationToken)
    {
        if (!sites.Any(site => site.IsHttps) || await host.ReadFileAsync($"{context.Paths.LiveTls}/{CertificateCommands.CertificateFile}", cancellationToken) is not null)
            return sites;
        await context.Log.WriteAsync(server.Name, Severity.Warning, "Nothing is offered under HTTPS, for there is no certificate yet. The next deployment makes one.");
        return [.. sites.Where(site => !site.IsHttps)];
    }

    /// <summary>Whether a self-signed certificate with which nginx offers something is to be replaced. What somebody put on a server is renewed by them alone.</summary>
    public static async Task<bool> IsRenewalDueAsync(StackPaths paths, EngineTimeouts timeouts, IRemoteHost host, CancellationToken cancellationToken)
    {
        var files = await Task.WhenAll(host.ReadFileAsync(paths.NginxSite, cancellationToken), host.ReadFileAsync(NginxConfig.DefaultSitePath, cancellationToken));
        if (!files.OfType<byte[]>().Any(file => Encoding.UTF8.GetString(file).Contains($" {paths.LiveTls}/", StringComparison.Ordinal))
            || await host.ReadFileAsync($"{paths.LiveTls}/{CertificateRequest.FileName}", cancellationToken) is null)
            return false;
        return await host.RunAsync(
            StackContainers.Quick(paths, timeouts, IsGoodName, CertificateCommands.IsGoodFor(paths.LiveTls, SelfSignedReserve)), onLine: null, cancellationToken)
            is { Outcome: RemoteOutcome.Exited, ExitCode: not 0 };
    }

    private static async Task EnsureAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        try
        {
            await TakeAsync(context, server, host, cancellationToken);
        }
        // Who copies a pair right now must not keep what broke from being mended, nor anything from being scaled.
        catch (Exception exception) when (!context.Change.IsDeployment && exception is UserErrorException or RemoteException)
        {
            if (!await ServesAsync(context, host, cancellationToken))
                throw;
            var end = await IsGoodForAsync(context, host, OwnReserve, cancellationToken) ? "" : $", which ends within {OwnReserve.TotalDays:0} days, or has ended";
            await context.Log.WriteAsync(server.Name, Severity.Warning, $"HTTPS goes on with the certificate that serves already{end}. {exception.Message}");
            if (await host.ReadFileAsync($"{context.Paths.LiveTls}/{CertificateRequest.FileName}", cancellationToken) is not null)
                await EnsureSelfSignedAsync(context, server, host, cancellationToken);
        }
    }

    private static async Task TakeAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var paths = context.Paths;
        await host.ApplyAsync([new MakeDirectory(paths.Tls, Modes.PrivateDirectory)], cancellationToken);
        var own = await host.ReadLinesAsync(Switcher.Quick(context, "look for a certificate", CertificateCommands.ListOwn(paths)), cancellationToken);
        string[] pair = [CertificateCommands.CertificateFile, CertificateCommands.KeyFile];
        var missing = pair.Except(own).ToList();
        if (missing.Count == pair.Length)
            await EnsureSelfSignedAsync(context, server, host, cancellationToken);
        else if (missing.Count > 0)
            throw Unusable(context, server, $"{missing[0]} is not there, and {pair.Except(missing).Single()} is.");
        else
            await EnsureOwnAsync(context, server, host, cancellationToken);
    }

    private static async Task EnsureSelfSignedAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var (paths, request) = (context.Paths, CertificateRequest.Text(context.Wanted, server));
        var present = await host.ReadFileAsync($"{paths.LiveTls}/{CertificateRequest.FileName}", cancellationToken);
        if (present is not null && Encoding.UTF8.GetString(present) == request && await IsGoodForAsync(context, host, SelfSignedReserve, cancellationToken))
            return;
        var name = $"self-signed-{context.Run}";
        var directory = paths.TlsPair(name);
        await host.ApplyAsync(
            [.. EmptyPair(paths, directory), new WriteFile($"{directory}/{CertificateRequest.FileName}", Encoding.UTF8.GetBytes(request), Modes.Private)], cancellationToken);
        (await host.RunAsync(Switcher.Quick(context, "make a certificate", CertificateCommands.MakeSelfSigned(directory)), onLine: null, cancellationToken)).EnsureSuccess();
        await UseAsync(context, server, host, name, cancellationToken);
        await context.SayAsync(server, $"HTTPS has a self-signed certificate, good for {CertificateCommands.Days} days, until one of yours is in {paths.Tls}.");
    }

    private static async Task EnsureOwnAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var paths = context.Paths;
        var own = (await TryAsync(context, server, host, "look at the certificate", CertificateCommands.Checksum(paths.OwnCertificate), cancellationToken))[0].Split(' ')[0];
        var (serves, lines) = await host.ReadAsync(
            Switcher.Quick(context, "look at the certificate that serves", CertificateCommands.Checksum($"{paths.LiveTls}/{CertificateCommands.CertificateFile}")), cancellationToken);
        if (!serves.IsSuccess || lines[0].Split(' ')[0] != own)
        {
            var name = $"own-{own}";
            var directory = paths.TlsPair(name);
            await host.ApplyAsync(EmptyPair(paths, directory), cancellationToken);
            await TryAsync(context, server, host, "copy the certificate", CertificateCommands.CopyOwn(paths, directory), cancellationToken);
            var certified = await TryAsync(context, server, host, "read the certificate", CertificateCommands.PublicKeyOfCertificate(directory), cancellationToken);
            var key = await TryAsync(context, server, host, "read the key", CertificateCommands.PublicKeyOfKey(directory), cancellationToken);
            // nginx takes a key of another kind than the certificate's, and then has no answer to anybody.
            if (!certified.SequenceEqual(key))
                throw Unusable(context, server, $"{CertificateCommands.KeyFile} is not the key of the first certificate in {CertificateCommands.CertificateFile}.");
            await UseAsync(context, server, host, name, cancellationToken);
            await context.SayAsync(server, $"HTTPS has the certificate in {paths.Tls}.");
        }
        if (!await IsGoodForAsync(context, host, OwnReserve, cancellationToken))
            await context.Log.WriteAsync(server.Name, Severity.Warning, $"The certificate in {paths.Tls} ends within {OwnReserve.TotalDays:0} days, or has ended. Put another one there, then deploy again.");
    }

    private static IReadOnlyList<FileChange> EmptyPair(StackPaths paths, string directory) =>
        [new Remove(directory), new MakeDirectory(paths.TlsPairs, Modes.PrivateDirectory), new MakeDirectory(directory, Modes.PrivateDirectory)];

    private static IReadOnlyList<FileChange> CheckOf(StackPaths paths, string directory) =>
        [new MakeDirectory(paths.TlsCheck, Modes.PrivateDirectory), new WriteFile(NginxTls.CheckFile(paths), Encoding.UTF8.GetBytes(NginxTls.Check(paths, directory)), Modes.Private)];

    // The link changes at once, and the site that leads there is switched by the reload that comes with the new containers.
    private static async Task UseAsync(DeployContext context, ServerSpec server, IRemoteHost host, string name, CancellationToken cancellationToken)
    {
        var (paths, directory) = (context.Paths, context.Paths.TlsPair(name));
        await host.ApplyAsync(CheckOf(paths, directory), cancellationToken);
        await TryAsync(context, server, host, "check the certificate", NginxTls.CheckPair(paths), cancellationToken);
        await host.ApplyAsync([new MakeLink(paths.LiveTls, directory), new Remove(paths.TlsCheck)], cancellationToken);
        (await host.RunAsync(Switcher.Quick(context, "remove earlier certificates", CertificateCommands.RemoveOtherPairs(paths, name)), onLine: null, cancellationToken)).EnsureSuccess();
    }

    private static async Task<bool> ServesAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        await host.ApplyAsync(CheckOf(context.Paths, context.Paths.LiveTls), cancellationToken);
        var check = await host.RunAsync(Switcher.Quick(context, "check the certificate that serves", NginxTls.CheckPair(context.Paths)), onLine: null, cancellationToken);
        await host.ApplyAsync([new Remove(context.Paths.TlsCheck)], cancellationToken);
        return check.IsSuccess;
    }

    private static async Task<bool> IsGoodForAsync(DeployContext context, IRemoteHost host, TimeSpan time, CancellationToken cancellationToken) => (await host.RunAsync(
        Switcher.Quick(context, IsGoodName, CertificateCommands.IsGoodFor(context.Paths.LiveTls, time)), onLine: null, cancellationToken)).EnsureEnded().IsSuccess;

    private static async Task<IReadOnlyList<string>> TryAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, string name, IReadOnlyList<string> program, CancellationToken cancellationToken)
    {
        var (result, lines) = await host.ReadAsync(Switcher.Quick(context, name, program), cancellationToken);
        return result.IsSuccess ? lines : throw Unusable(context, server, $"To {name} failed, and {program[0]} says:\n{string.Join('\n', lines)}");
    }

    private static UserErrorException Unusable(DeployContext context, ServerSpec server, string why) => new(
        $"The certificate for HTTPS in {context.Paths.Tls} on {server.Name} cannot be used, and nothing was changed. Put a certificate and its key there, in PEM and without passphrase, as {CertificateCommands.CertificateFile} and {CertificateCommands.KeyFile}, or remove both for a self-signed one; then deploy again. {why}");
}
