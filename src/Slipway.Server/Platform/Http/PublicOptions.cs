using Microsoft.Extensions.Options;

namespace Slipway.Server.Platform.Http;

/// <summary>How the outside world reaches Slipway and the applications that it deploys. Section <c>Slipway</c>.</summary>
internal sealed class PublicOptions
{
    public const string Section = "Slipway";
    public const string DefaultUrl = "http://127.0.0.1:6600";

    /// <summary>
    /// Where people's browsers find this server; by default where it listens. Links are made from it, never from what a request says.
    /// </summary>
    public string PublicUrl { get; set; } = DefaultUrl;

    /// <summary>Stacks get names below this domain. The default is reserved for private networks.</summary>
    public string BaseDomain { get; set; } = "slipway.internal";

    public bool IsHttps => PublicUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    public string Link(string pathAndQuery) => PublicUrl.TrimEnd('/') + pathAndQuery;
}

internal sealed class PublicOptionsValidator : IValidateOptions<PublicOptions>
{
    public ValidateOptionsResult Validate(string? name, PublicOptions options)
    {
        var problems = new List<string>();
        if (!Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            problems.Add($"Slipway:PublicUrl is '{options.PublicUrl}'. It must be an http or https address, like https://slipway.example.com.");
        if (Uri.CheckHostName(options.BaseDomain) != UriHostNameType.Dns)
            problems.Add($"Slipway:BaseDomain is '{options.BaseDomain}'. It must be a domain name, like apps.example.com.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
