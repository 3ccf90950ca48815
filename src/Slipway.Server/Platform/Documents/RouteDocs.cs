namespace Slipway.Server.Platform.Documents;

/// <summary>
/// What a route says about the parameters that its handler reads through ApiParameters, which the framework cannot see. Scopes, levels,
/// replies and errors are known from elsewhere.
/// </summary>
internal static class RouteDocs
{
    /// <summary>The handler fills this record from route, query and body.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder builder) => builder.WithMetadata(new TakenRecord(typeof(T)));

    /// <summary>The handler reads this single value.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder builder, string name, Type type, string description, bool required = false) =>
        builder.WithMetadata(new TakenValue(name, type, description, required));
}

internal sealed record TakenRecord(Type Type);

internal sealed record TakenValue(string Name, Type Type, string Description, bool IsRequired);
