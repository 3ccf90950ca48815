using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Setup;

/// <summary>
/// The one-time link to the page that makes the first owner. Each start without an owner makes a new one and prints it on the console; the
/// log, which may go elsewhere, does not get it.
/// </summary>
internal sealed partial class SetupLink(IDbContextFactory<AppDb> contexts, IOptions<PublicOptions> options, ILogger<SetupLink> logger)
{
    /// <summary>The link that this process printed; null when an owner exists.</summary>
    public string? Url { get; private set; }

    public async Task PrintAsync(TextWriter console, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var token = OpaqueToken.New();
        var isNeeded = await db.WriteAsync(
            async cancel =>
            {
                if (await db.Users.AnyAsync(cancel))
                    return false;
                await db.Installation.Where(value => value.Name == InstallationValue.SetupTokenHash).ExecuteDeleteAsync(cancel);
                db.Installation.Add(new() { Name = InstallationValue.SetupTokenHash, Value = OpaqueToken.Hash(token) });
                return true;
            },
            cancellationToken);
        if (!isNeeded)
            return;
        Url = options.Value.Link($"/setup?token={token}");
        await console.WriteLineAsync($"Slipway has no owner yet. Open this link once to become it:\n  {Url}");
        await console.FlushAsync(cancellationToken);
        LogWaiting();
    }

    [LoggerMessage(LogLevel.Information, "Waiting for the first owner; the one-time setup link is on the console")]
    private partial void LogWaiting();
}
