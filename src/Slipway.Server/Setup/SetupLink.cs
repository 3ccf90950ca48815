using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Setup;

/// <summary>
/// The one-time link to the page that makes the first owner. It is made once and kept sealed under the master key; each start of each node
/// without an owner prints it on the console. The log, which may go elsewhere, does not get it.
/// </summary>
internal sealed partial class SetupLink(
    IDbContextFactory<AppDb> contexts, SecretBox secrets, IOptions<PublicOptions> options, SetupConsole console, ILogger<SetupLink> logger)
{
    /// <summary>The link that this process printed; null when an owner exists.</summary>
    public string? Url { get; private set; }

    public async Task PrintAsync(CancellationToken cancellationToken)
    {
        if (await FindOrMakeTokenAsync(cancellationToken) is not { } token)
            return;
        Url = options.Value.Link($"/setup?token={token}");
        await console.Output.WriteLineAsync($"Slipway has no owner yet. Open this link once to become it:\n  {Url}");
        await console.Output.FlushAsync(cancellationToken);
        LogWaiting();
    }

    private async Task<string?> FindOrMakeTokenAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        try
        {
            return await db.WriteAsync(FindOrMakeAsync, cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsConflict(exception))
        {
            // Another node made it between our look and our write.
            db.ChangeTracker.Clear();
            return await db.WriteAsync(FindOrMakeAsync, cancellationToken);
        }

        async Task<string?> FindOrMakeAsync(CancellationToken cancel)
        {
            if (await db.Users.AnyAsync(cancel))
                return null;
            var stored = await db.Installation.FirstOrDefaultAsync(value => value.Name == InstallationValue.SetupToken, cancel);
            if (stored is not null)
                return secrets.Open(stored.Value).Reveal();
            var token = OpaqueToken.New();
            db.Installation.Add(new() { Name = InstallationValue.SetupToken, Value = secrets.Seal(new(token)) });
            return token;
        }
    }

    [LoggerMessage(LogLevel.Information, "Waiting for the first owner; the one-time setup link is on the console")]
    private partial void LogWaiting();
}

/// <summary>Where the setup link is printed.</summary>
internal sealed record SetupConsole(TextWriter Output);
