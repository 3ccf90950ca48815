using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Platform.Telemetry;

/// <summary>By which clients try whether the server is there, and whether it takes their token.</summary>
internal static class PingEndpoints
{
    public static void MapPing(this IEndpointRouteBuilder api)
    {
        var ping = api.MapGroup("/ping").WithTags("ping");
        ping.MapGet("/", TryServer).WithSummary("Answers whoever asks").AllowAnonymous();
        ping.MapGet("/auth", TryToken).WithSummary("Answers whoever has a token");
    }

    private static Ok<ApiResponse<OkReply>> TryServer() => Api.Ok(new OkReply(true, "pong"));

    private static Ok<ApiResponse<OkReply>> TryToken() => TryServer();
}
