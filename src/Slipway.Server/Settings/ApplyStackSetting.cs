using System.Text.Json;
using Slipway.Engine;
using Slipway.Engine.Deployments;
using Slipway.Engine.Operations;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;

namespace Slipway.Server.Settings;

/// <summary>Does on the servers what a changed setting needs: other code may not build on what is kept of the old, and nginx may need another site.</summary>
internal sealed class ApplyStackSetting(string kind, StackSpecs specs, DeploymentContexts contexts) : IActionHandler
{
    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var key = JsonSerializer.Deserialize<SettingEndpoints.Payload>(run.Claim.Payload)!.Key;
        return key switch
        {
            StackSettings.GitBranch or StackSettings.GitRepository => await ForgetCodeAsync(run, cancellationToken),
            StackSettings.AssetPrefix or StackSettings.StackName => await RewriteAsync(run, cancellationToken),
            _ => new([]),
        };
    }

    private async Task<ActionPlan> ForgetCodeAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var stack = await specs.FindAsync(run.Claim.StackId, cancellationToken);
        if (!stack.HasRepository)
            return new([]);
        var context = await contexts.OfStackAsync(run, cancellationToken);
        var forget = new Step<ActionRun>("forget the mirror", (_, token) => specs.MirrorOf(stack).ForgetAsync(token));
        return new([forget, .. DeployStack.Adapt([ClearCaches.LenientStep], context, run)]);
    }

    private async Task<ActionPlan> RewriteAsync(ActionRun run, CancellationToken cancellationToken) =>
        await contexts.OfLiveAsync(run, cancellationToken) is { } context ? new(DeployStack.Adapt(RewriteSites.Steps, context, run)) : new([]);
}
