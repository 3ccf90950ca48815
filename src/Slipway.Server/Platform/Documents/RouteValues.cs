using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.People;

namespace Slipway.Server.Platform.Documents;

/// <summary>Parameters that many operations share.</summary>
internal static class RouteValues
{
    public static readonly IReadOnlyList<TakenValue> Paging =
    [
        new("page", typeof(int?), "Which page, from 1.", IsRequired: false),
        new("per_page", typeof(int?), $"Items on a page: {Pagination.DefaultPerPage} unless the list says otherwise, capped.", IsRequired: false),
    ];

    /// <param name="name">The parameter.</param>
    /// <param name="path">The route that it is a part of.</param>
    public static string? Describe(string name, string path) => name switch
    {
        StackAccess.RouteValue => "The stack's UID.",
        "id" => "Numeric id.",
        "uid" when path.Contains("/containers/{uid}", StringComparison.Ordinal) => "The container's UID, as Docker has it: 64 hex characters.",
        "uid" => "The server's UID.",
        AccountAccess.RouteValue => "Numeric id of the account.",
        "userId" => "Numeric id of the person.",
        "stack" => "The stack's UID.",
        "device" => "The device's token; the word token stands for the parameter of that name.",
        "idOrKey" => "Numeric id, or the key.",
        "key" => "The setting's key, with dots or with dashes.",
        "name" => "The name.",
        _ => null,
    };
}
