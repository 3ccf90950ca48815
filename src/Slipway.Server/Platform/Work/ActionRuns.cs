using Slipway.Engine.Remote;

namespace Slipway.Server.Platform.Work;

/// <summary>Opens claimed actions where their journals stand.</summary>
internal sealed class ActionRuns(ActionJournal journal, JournalLog log, IRemoteHosts hosts)
{
    public async Task<ActionRun> OpenAsync(ActionClaim claim)
    {
        var known = await journal.ReadTicketsAsync(claim.ActionId, CancellationToken.None);
        return new(claim, log, hosts, known) { Left = await journal.ReadLeftAsync(claim.StackId, CancellationToken.None) };
    }
}
