using Microsoft.Extensions.Options;

namespace Slipway.Server.Containers.Terminals;

internal static class TerminalSetup
{
    public static void AddTerminals(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<TerminalOptions>().BindConfiguration(TerminalOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TerminalOptions>, TerminalOptionsValidator>();
        services.AddSingleton<OpenTerminals>();
        services.AddScoped<RunTerminal>();
    }
}
