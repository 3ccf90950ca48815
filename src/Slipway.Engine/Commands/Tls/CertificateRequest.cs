using System.Net;
using System.Text.RegularExpressions;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Tls;

/// <summary>What openssl is told of a self-signed certificate: its names, and what it is for.</summary>
internal static partial class CertificateRequest
{
    public const string FileName = "request.cnf";

    // No keyUsage: where there is one, OpenSSL 1.1 takes a certificate that signed itself only if it may sign others, too.
    public static string Text(StackSpec stack, ServerSpec server) => $"""
        # Written by Slipway. A certificate that is made from another text than this one is replaced.
        [req]
        prompt = no
        distinguished_name = subject
        x509_extensions = extensions
        [subject]
        CN = {stack.Paths.UpstreamName}
        [extensions]
        basicConstraints = critical,CA:FALSE
        extendedKeyUsage = serverAuth
        subjectAltName = @names
        [names]
        {string.Join('\n', Names(stack, server))}

        """;

    private static IEnumerable<string> Names(StackSpec stack, ServerSpec server)
    {
        string[] all = [.. stack.HostNames, server.Machine.Address, server.PrivateAddress, .. server.Facts.Addresses];
        var addresses = all.Where(IsAddress).Select(IPAddress.Parse).Distinct().Select((address, index) => FormattableString.Invariant($"IP.{index + 1} = {address}"));
        // Anything else would mean something to openssl.
        var names = all.Where(name => !IsAddress(name) && HostName().IsMatch(name)).Distinct().Select((name, index) => FormattableString.Invariant($"DNS.{index + 1} = {name}"));
        return [.. names, .. addresses];
    }

    private static bool IsAddress(string text) => !text.Contains('%', StringComparison.Ordinal) && IPAddress.TryParse(text, out _);

    [GeneratedRegex(@"\A[A-Za-z0-9.-]{1,253}\z")]
    private static partial Regex HostName();
}
