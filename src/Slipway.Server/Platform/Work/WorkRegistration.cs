using Quartz;

namespace Slipway.Server.Platform.Work;

internal static class WorkRegistration
{
    public static IServiceCollection AddWork(this IServiceCollection services)
    {
        services.AddQuartz(quartz => quartz.UseDefaultThreadPool(pool => pool.MaxConcurrency = 64));
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        services.AddSingleton<ActionFeed>();
        services.AddSingleton<RunningActions>();
        services.AddSingleton<StackScheduler>();
        services.AddSingleton<ActionJournal>();
        services.AddSingleton<JournalLog>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalLog>());
        services.AddSingleton<ActionExecutor>();
        services.AddScoped<ActionQueue>();
        services.AddHostedService<WorkService>();
        return services;
    }
}
