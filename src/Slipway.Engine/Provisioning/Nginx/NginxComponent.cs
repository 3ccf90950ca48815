using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.Nginx;

/// <summary>nginx without any site; the deployment writes those.</summary>
internal sealed class NginxComponent : IComponent
{
    public string Name => "nginx";

    public ProvisionPhase Phase => ProvisionPhase.Servers;

    public ComponentPlan? Plan(StackSpec stack, ServerSpec server) => !stack.RunsCode(server) ? null : new ComponentPlan
    {
        // Makes the certificate of services that are offered under HTTPS.
        Packages = stack.IsDocker ? ["nginx", "openssl"] : ["nginx"],
        Files =
        [
            new WriteFile(NginxBase.SnippetPath, Encoding.UTF8.GetBytes(NginxBase.Snippet)),
            new WriteFile(NginxBase.HttpPath, Encoding.UTF8.GetBytes(NginxBase.Http(server.Facts))),
            new Remove(NginxBase.DistributionSite),
        ],
    };

    public async Task ConfigureAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        await run.ApplyAsync(run.Plan.Files, cancellationToken);
        var configuration = NginxBase.Snippet + NginxBase.Http(run.Server.Facts);
        if (!await run.IsStaleAsync(Name, configuration, cancellationToken))
            return;
        await run.RunAsync("reload nginx", [NginxCommands.Check, NginxCommands.Reload], run.Timeouts.Service, cancellationToken);
        await run.MarkAppliedAsync(Name, configuration, cancellationToken);
    }
}
