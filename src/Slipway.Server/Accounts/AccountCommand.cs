using System.CommandLine;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Accounts;

/// <summary><c>slipway-server account suspend|resume</c>, for whoever looks after the installation.</summary>
internal static class AccountCommand
{
    private const int MaxReason = 300;

    public static Command Create(IServiceProvider services)
    {
        var account = new Argument<string>("account") { Description = "Id or name of the account." };
        var reason = new Option<string?>("--reason") { Description = "Why, in words for its members." };
        var suspend = new Command("suspend", "Refuse all but looking at accounts and people, with the status 402.") { account, reason };
        suspend.SetAction((arguments, cancellationToken) => ChangeAsync(
            services, arguments.GetRequiredValue(account), arguments.GetValue(reason), isSuspended: true, arguments.InvocationConfiguration.Output, cancellationToken));
        var resume = new Command("resume", "End a suspension.") { account };
        resume.SetAction((arguments, cancellationToken) => ChangeAsync(
            services, arguments.GetRequiredValue(account), null, isSuspended: false, arguments.InvocationConfiguration.Output, cancellationToken));
        return new("account", "Look after accounts.") { suspend, resume };
    }

    private static async Task<int> ChangeAsync(
        IServiceProvider services, string text, string? reason, bool isSuspended, TextWriter output, CancellationToken cancellationToken)
    {
        if (reason is not null && !PlainText.IsLine(reason, MaxReason))
            return await RefuseAsync(output, $"--reason must have 1 to {MaxReason} printable characters.");
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DatabaseStart>().CheckAsync(cancellationToken);
        scope.ServiceProvider.GetRequiredService<Origin>().Become(
            Environment.UserName, Origin.ViaConsole, isSuspended ? "account suspend" : "account resume");
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        var id = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var found = await db.Accounts.Where(account => account.Id == id || account.Name == text).Take(2).ToListAsync(cancellationToken);
        if (found is not [var account])
            return await RefuseAsync(output, found.Count == 0 ? $"There is no account '{text}'." : $"Several accounts are named '{text}'. Give the id.");
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        account.SuspendedAt = isSuspended ? account.SuspendedAt ?? now : null;
        account.SuspendedFor = isSuspended ? reason ?? account.SuspendedFor : null;
        account.UpdatedAt = now;
        await db.SaveChangesAsync(cancellationToken);
        await output.WriteLineAsync(
            $"Account {account.Id} ({account.Name}) {(isSuspended ? "is suspended" : "works again")}. A running server knows it within 10 seconds.");
        return 0;
    }

    private static async Task<int> RefuseAsync(TextWriter output, string problem)
    {
        await output.WriteLineAsync(problem);
        return 1;
    }
}
