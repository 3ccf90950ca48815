using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Setup;

internal static class SetupEndpoints
{
    public static void MapSetup(this IEndpointRouteBuilder app) =>
        app.MapPost(ApiSetup.Root + "/setup", CompleteSetup.Handle).AllowAnonymous().WithTags("setup")
            .WithSummary("Makes the first person and account, once").Takes<Contracts.Setup.CompleteSetup>();
}
