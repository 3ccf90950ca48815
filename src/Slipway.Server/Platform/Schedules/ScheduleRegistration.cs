namespace Slipway.Server.Platform.Schedules;

internal static class ScheduleRegistration
{
    public static IServiceCollection AddSchedules(this IServiceCollection services)
    {
        services.AddSingleton<DueWork>();
        services.AddHostedService<ScheduleService>();
        return services;
    }
}
