using System.CommandLine;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.Audit;

/// <summary><c>slipway-server audit verify</c>: needs the database and the master key, and no running server.</summary>
internal static class AuditCommand
{
    public static Command Create(IServiceProvider services)
    {
        var account = new Option<int?>("--account") { Description = "Id of one account. Without it all chains are read." };
        var verify = new Command("verify", "Read the audit trail from end to end. Exit code 1 tells that an entry was changed, added or taken away.") { account };
        verify.SetAction((arguments, cancellationToken) =>
            VerifyAsync(services, arguments.GetValue(account), arguments.InvocationConfiguration.Output, cancellationToken));
        return new("audit", "Look after the audit trail.") { verify };
    }

    private static async Task<int> VerifyAsync(IServiceProvider services, int? account, TextWriter output, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DatabaseStart>().CheckAsync(cancellationToken);
        var verifier = ActivatorUtilities.CreateInstance<AuditVerifier>(scope.ServiceProvider);
        var isWhole = true;
        foreach (var id in account is { } one ? [one] : await verifier.FindChainsAsync(cancellationToken))
        {
            var state = await verifier.VerifyAsync(id, cancellationToken);
            var name = id == 0 ? "installation" : $"account {id}";
            await output.WriteLineAsync(
                state.Problem is null ? $"{name}: {state.Entries} entries, whole" : $"{name}: BROKEN: {state.Problem}. The {state.Entries} before it are whole.");
            isWhole &= state.Problem is null;
        }
        return isWhole ? 0 : 1;
    }
}
