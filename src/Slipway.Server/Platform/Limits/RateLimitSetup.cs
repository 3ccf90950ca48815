namespace Slipway.Server.Platform.Limits;

internal static class RateLimitSetup
{
    public static IServiceCollection AddRateLimit(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RateLimits>();
        services.AddHostedService<RateLimitSharing>();
        return services;
    }
}
