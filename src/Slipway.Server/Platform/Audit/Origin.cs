using System.Security.Claims;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Idempotency;
using Slipway.Server.Users;

namespace Slipway.Server.Platform.Audit;

/// <summary>Who stands behind the changes that are made in this scope, and what they are doing.</summary>
internal sealed class Origin
{
    public const string Itself = "slipway";
    public const string ViaAction = "action";
    public const string ViaConsole = "console";

    private string? _operation;
    private string? _who;
    private string? _via;
    private User? _person;

    /// <summary>The request that this scope answers. It is read only if something is changed.</summary>
    public HttpContext? Request { get; set; }

    /// <summary>The request as it is remembered when its sender may repeat it.</summary>
    public IdempotentRequest? Repeatable { get; set; }

    /// <summary>Whether it is in the database, with what the request changed.</summary>
    public bool IsRepeatableStored { get; set; }

    /// <summary>How many entries were written.</summary>
    public int Written { get; set; }

    public string Operation => _operation ?? (Request is null ? Itself : OperationOf(Request));

    public string Who => _who ?? _person?.Email ?? (Person is { } caller ? caller.Email : Request is null ? Itself : "not signed in");

    public string Via => _via ?? (Person is { } caller ? caller.Via : Request is null ? ViaAction : Caller.ViaWeb);

    public int? UserId => _person?.Id ?? Person?.UserId;

    public int? TokenId => Request?.Features.Get<TokenIdentity>()?.TokenId;

    /// <summary>The session in the browser; null for programs.</summary>
    public string? Session => TokenId is null ? Request?.User.FindFirstValue(SessionIds.Claim) : null;

    public string? RequestId => Request?.TraceIdentifier;

    public string? Address => Request?.Connection.RemoteIpAddress is { } address
        ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
        : null;

    private Caller? Person => Request?.RequestServices.GetRequiredService<Caller>() is { IsKnown: true } caller ? caller : null;

    /// <summary>What is done is not what a request asks for, or not by who sends it.</summary>
    public void Become(string who, string via, string operation) => (_who, _via, _operation) = (who, via, operation);

    /// <summary>This request is how the person signs in.</summary>
    public void SignedIn(User user) => _person = user;

    private static string OperationOf(HttpContext request)
    {
        var template = (request.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? request.Request.Path.Value ?? "/";
        template = "/" + template.Trim('/');
        if (template.StartsWith(ApiSetup.Root, StringComparison.Ordinal))
            template = template[ApiSetup.Root.Length..];
        return $"{request.Request.Method} {template.Replace(":int}", "}", StringComparison.Ordinal)}";
    }
}
