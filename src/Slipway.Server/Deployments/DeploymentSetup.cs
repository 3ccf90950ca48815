using Microsoft.Extensions.Options;
using Slipway.Engine.Provisioning;
using Slipway.Server.Environments;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;

namespace Slipway.Server.Deployments;

/// <summary>Every kind of action, and what their handlers need.</summary>
internal static class DeploymentSetup
{
    public static IServiceCollection AddActionHandlers(this IServiceCollection services)
    {
        services.AddOptions<RubyOptions>().BindConfiguration(RubyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RubyOptions>, RubyOptionsValidator>();
        services.AddOptions<DeploymentOptions>().BindConfiguration(DeploymentOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DeploymentOptions>, DeploymentOptionsValidator>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<DeploymentOptions>>().Value.Timeouts);
        services.AddSingleton<Provisioner>();
        services.AddSingleton<DeploymentEnd>();
        services.AddScoped<StackSpecs>();
        services.AddScoped<StackVariables>();
        services.AddScoped<DeploymentContexts>();
        return services
            .AddKind<AnalyseStack>(CreateStack.Kind)
            .AddKind<AnalyseStack>(AnalyseStack.AnalyseKind)
            .AddKind<DeployStack>(NewDeployment.DeployKind)
            .AddKind<DeployStack>(NewDeployment.RollbackKind)
            .AddKind<ApplyEnvironment>(EnvironmentEndpoints.NewKind)
            .AddKind<ApplyEnvironment>(EnvironmentEndpoints.UpdateKind)
            .AddKind<ApplyEnvironment>(EnvironmentEndpoints.DeleteKind);
    }

    private static IServiceCollection AddKind<THandler>(this IServiceCollection services, string kind)
        where THandler : class, IActionHandler =>
        services.AddScoped<IActionHandler>(provider => ActivatorUtilities.CreateInstance<THandler>(provider, kind));
}
