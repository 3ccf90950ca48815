using System.Collections.Frozen;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Platform.Auth;

/// <summary>Who makes this request, for which account, and what for. One for each request.</summary>
internal sealed class Caller
{
    public const string ViaApi = "api";
    public const string ViaWeb = "web";

    private Identity? _identity;

    public int UserId => Known.UserId;

    public string Email => Known.Email;

    /// <summary>The account that the request is about: the one that X-Account names, or the person's primary one.</summary>
    public int AccountId { get; private set; }

    public FrozenSet<string> Scopes { get; private set; } = [];

    /// <summary>web for a person in the dashboard, api for a program.</summary>
    public string Via { get; private set; } = ViaApi;

    /// <summary>Who asks for the work of an action.</summary>
    public Requester Requester => new(Email, Via);

    /// <summary>Whether somebody is signed in at all.</summary>
    public bool IsKnown => _identity is not null;

    private Identity Known => _identity ?? throw new InvalidOperationException("Nobody is signed in; the route needs a policy.");

    /// <summary>Whether this is an account of the caller that the installation's administrator has suspended, and why.</summary>
    public string? FindSuspension(int accountId) => _identity?.Suspended.GetValueOrDefault(accountId);

    public bool Has(string scope) => Scopes.Contains(scope);

    public void Become(Identity identity, int accountId, FrozenSet<string> scopes, string via)
    {
        _identity = identity;
        AccountId = accountId;
        Scopes = scopes;
        Via = via;
    }
}

/// <summary>A person, as far as each request needs to know.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Email">E-mail address.</param>
/// <param name="PrimaryAccountId">The account of requests that name none.</param>
/// <param name="AccountIds">All accounts that the person is a member of.</param>
internal sealed record Identity(int UserId, string Email, int PrimaryAccountId, IReadOnlyList<int> AccountIds)
{
    /// <summary>Those of the accounts that are suspended, and why.</summary>
    public IReadOnlyDictionary<int, string> Suspended { get; init; } = FrozenDictionary<int, string>.Empty;
}
