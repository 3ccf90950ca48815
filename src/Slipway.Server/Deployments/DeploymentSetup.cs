using Microsoft.Extensions.Options;
using Slipway.Engine.Provisioning;
using Slipway.Server.Actions;
using Slipway.Server.Containers;
using Slipway.Server.Databases;
using Slipway.Server.Environments;
using Slipway.Server.Platform.Schedules;
using Slipway.Server.Platform.Work;
using Slipway.Server.Processes;
using Slipway.Server.Servers;
using Slipway.Server.Services;
using Slipway.Server.Settings;
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
        services.AddSingleton<IScheduledWork, ForgetLogs>();
        services.AddScoped<ServiceChanges>();
        services.AddScoped<CancelAction>();
        services.AddHostedService<ContainerWatch>();
        return services
            .AddKind<AnalyseStack>(CreateStack.Kind)
            .AddKind<AnalyseStack>(StackEndpoints.AnalyseKind)
            .AddKind<DeployStack>(NewDeployment.DeployKind)
            .AddKind<DeployStack>(NewDeployment.RollbackKind)
            .AddKind<ApplyEnvironment>(EnvironmentEndpoints.NewKind)
            .AddKind<ApplyEnvironment>(EnvironmentEndpoints.UpdateKind)
            .AddKind<ApplyEnvironment>(EnvironmentEndpoints.DeleteKind)
            .AddKind<ApplyEnvironment>(DatabaseEndpoints.AddKind)
            .AddKind<ApplyEnvironment>(DatabaseEndpoints.ChangeKind)
            .AddKind<ApplyEnvironment>(DatabaseEndpoints.RemoveKind)
            .AddKind<ApplyServerSetting>(ServerSettings.Kind)
            .AddKind<ApplyStackSetting>(SettingEndpoints.Kind)
            .AddKind<ChangeContainers>(ServiceEndpoints.ScaleKind)
            .AddKind<ChangeContainers>(ServiceEndpoints.StopKind)
            .AddKind<ChangeContainers>(ServiceEndpoints.RestartKind)
            .AddKind<ChangeContainers>(ContainerEndpoints.StopKind)
            .AddKind<ChangeContainers>(ContainerEndpoints.RestartKind)
            .AddKind<ChangeContainers>(ContainerWatch.RepairKind)
            .AddKind<CheckServers>(RunStackAction.CheckKind)
            .AddKind<ClearStackCaches>(RunStackAction.ClearCachesKind)
            .AddKind<RestartStack>(RunStackAction.RestartKind)
            .AddKind<RunOneOff>(ServiceEndpoints.RunKind)
            .AddKind<ScaleStackProcesses>(ProcessEndpoints.ScaleKind)
            .AddKind<ServerRemoval>(RemoveServer.Kind)
            .AddKind<StackRemoval>(DeleteStack.Kind)
            .AddKind<SwitchMaintenance>(RunStackAction.MaintenanceKind);
    }

    private static IServiceCollection AddKind<THandler>(this IServiceCollection services, string kind)
        where THandler : class, IActionHandler =>
        services.AddScoped<IActionHandler>(provider => ActivatorUtilities.CreateInstance<THandler>(provider, kind));
}
