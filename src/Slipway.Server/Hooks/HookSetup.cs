namespace Slipway.Server.Hooks;

internal static class HookSetup
{
    /// <summary>Outside of the API, where it has always been, and for callers that hold no token.</summary>
    public static void MapRedeployHook(this IEndpointRouteBuilder app) =>
        app.MapPost(HookAddress.Root + "/{key}/{token}", RunRedeployHook.Handle).AllowAnonymous().ExcludeFromDescription();
}
