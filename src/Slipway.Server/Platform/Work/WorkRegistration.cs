using Microsoft.Extensions.Options;
using Quartz;
using Slipway.Engine.Remote;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Data.Connections;
using Slipway.Server.Platform.Work.Feed;

namespace Slipway.Server.Platform.Work;

internal static class WorkRegistration
{
    public static WebApplicationBuilder AddWork(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var hasNodes = builder.Configuration[$"{DatabaseOptions.Section}:Provider"] == DatabaseOptions.Postgres;
        var mostRunning = builder.Configuration.GetValue($"{WorkOptions.Section}:{nameof(WorkOptions.MaxRunningActions)}", new WorkOptions().MaxRunningActions);
        services.AddOptions<WorkOptions>().BindConfiguration(WorkOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WorkOptions>, WorkOptionsValidator>();
        services.AddQuartz(quartz =>
        {
            quartz.UseDefaultThreadPool(pool => pool.MaxConcurrency = mostRunning);
            if (hasNodes)
                quartz.UseCluster(PostgresConnection.Text(builder.Configuration, "slipway scheduler"));
        });
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        services.AddSingleton<ActionFeed>();
        if (hasNodes)
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<FeedExchange>(
                provider, PostgresConnection.Text(builder.Configuration, "slipway feed")));
        services.AddSingleton<RunningActions>();
        services.AddSingleton<StackScheduler>();
        services.AddSingleton<ActionJournal>();
        services.AddSingleton<JournalLog>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalLog>());
        services.AddSingleton<StepRunner>();
        services.AddSingleton(provider => new GuardedHosts(
            provider.GetRequiredService<IRemoteHosts>(), new(provider.GetRequiredService<IServiceScopeFactory>(), provider.GetRequiredService<TimeProvider>(), hasNodes),
            provider.GetRequiredService<RunningActions>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ActionRuns>(provider, provider.GetRequiredService<GuardedHosts>()));
        services.AddSingleton<ActionExecutor>();
        services.AddScoped<ActionQueue>();
        services.AddHostedService<WorkService>();
        services.AddOptions<DrainOptions>().BindConfiguration(DrainOptions.Section)
            .Validate(options => options.Delay >= TimeSpan.Zero && options.Delay < TimeSpan.FromMinutes(1), "Slipway:Drain:Delay must be less than a minute, like 00:00:05.")
            .ValidateOnStart();
        services.AddSingleton<IHostLifetime, DrainLifetime>();
        return builder;
    }

    // A node that is silent for two and a half seconds has lost its stacks. Until another one sees that and looks for work takes up to 1.5 s more, which
    // makes four of the five seconds that are promised.
    private static void UseCluster(this IQuartzBuilder quartz, string connection)
    {
        quartz.ConfigureScheduler(scheduler =>
        {
            scheduler.InstanceName = "slipway";
            // What another node hands over is seen by looking.
            scheduler.IdleWaitTime = TimeSpan.FromSeconds(1);
        });
        quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(Npgsql.NpgsqlFactory.Instance, connection);
            store.ConfigureStore(options =>
            {
                options.StoreJobDataAsStrings = true;
                options.CommandTimeout = TimeSpan.FromSeconds(5);
                options.DbRetryInterval = TimeSpan.FromSeconds(1);
            });
            store.UseClustering(cluster =>
            {
                cluster.CheckinInterval = TimeSpan.FromMilliseconds(500);
                cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(2);
            });
        });
    }
}
