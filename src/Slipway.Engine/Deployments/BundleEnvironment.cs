using Slipway.Engine.Provisioning.Ruby;

namespace Slipway.Engine.Deployments;

/// <summary>What Ruby and bundler must know wherever a release's code runs: at install, in tasks, in its processes.</summary>
internal static class BundleEnvironment
{
    public static IReadOnlyDictionary<string, string> For(DeployContext context)
    {
        var (paths, plan) = (context.Paths, context.State.Plan);
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{RubyPaths.BinDirectory(context.Stack)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = paths.Shared,
            ["LANG"] = "C.UTF-8",
        };
        if (!plan.HasGemfile)
            return environment;
        environment["BUNDLE_WITHOUT"] = "development:test";
        environment["BUNDLE_APP_CONFIG"] = $"{paths.Shared}/bundle-config";
        environment["BUNDLE_DISABLE_SHARED_GEMS"] = plan.HasGemSource ? "true" : "false";
        if (plan.HasGemSource)
        {
            environment["BUNDLE_PATH"] = paths.Bundle;
            // Without a lock bundler must be free to choose the versions.
            environment["BUNDLE_FROZEN"] = plan.HasLock ? "true" : "false";
        }
        return environment;
    }
}
