using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Engine.Terminals;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;

namespace Slipway.Server.Containers.Terminals;

internal static class TerminalEndpoints
{
    private const int LargestWindow = 16 << 20;

    public static void MapTerminals(this IEndpointRouteBuilder api) => api.MapGet("/stacks/{stackUid}/containers/{uid}/terminal", OpenTerminal)
        .WithTags("terminals").WithSummary("Opens a shell in a container, as a websocket")
        .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Shell)
        .Takes("columns", typeof(int?), $"Width in characters, 1 to {TerminalSize.MostColumns}, by default {TerminalSize.Usual.Columns}.")
        .Takes("rows", typeof(int?), $"Height in characters, 1 to {TerminalSize.MostRows}, by default {TerminalSize.Usual.Rows}.")
        .Takes("window", typeof(int?), "How many bytes may come beyond those that were told to be shown; by default 0, which sets no limit.")
        .DisableRequestTimeout();

    private static async Task<Results<EmptyHttpResult, ApiProblem>> OpenTerminal(
        string stackUid, string uid, HttpContext http, ApiParameters parameters, Caller caller, AppDb db, RunTerminal terminal, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Shell).FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);
        if (stack is null || await ContainerEndpoints.FindAsync(db, stack, uid, cancellationToken) is not { } container)
            return ApiProblem.NotFound();
        var size = new TerminalSize(
            (int)parameters.Whole("columns", TerminalSize.Usual.Columns, 1, TerminalSize.MostColumns), (int)parameters.Whole("rows", TerminalSize.Usual.Rows, 1, TerminalSize.MostRows));
        var window = (int)parameters.Whole("window", 0, 0, LargestWindow);
        if (FindForeignOrigin(http) is { } origin)
            return ApiProblem.Forbidden(origin);
        var (place, problem) = terminal.Enter(container, caller);
        using (place)
        {
            if (problem is not null)
                return problem;
            if (!http.WebSockets.IsWebSocketRequest)
                return ApiProblem.BadRequest("This is a terminal. Ask for it with the headers of a websocket: Connection: Upgrade, Upgrade: websocket.");
            await terminal.RunAsync(http, LastingVisit.Of(http, caller, stack.Id, AccessLevel.Shell, Scopes.Admin), container, size, window);
        }
        return TypedResults.Empty;
    }

    // Browsers send cookies along with a websocket whichever page opens it, and say which one it is.
    private static string? FindForeignOrigin(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString();
        var options = http.RequestServices.GetRequiredService<IOptions<PublicOptions>>().Value;
        var own = new Uri(options.PublicUrl).GetLeftPart(UriPartial.Authority);
        return origin.Length == 0 || string.Equals(origin, own, StringComparison.OrdinalIgnoreCase)
            ? null
            : $"A page of {own} may open a terminal, and none of another origin. If this page is Slipway's own, set Slipway:PublicUrl to its address.";
    }
}
