using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Data.Moving;

namespace Slipway.Server.Setup;

internal static class ServerStart
{
    /// <summary>Does what must be done before the first request, then serves. The exit code tells whether it could.</summary>
    public static async Task<int> RunSlipwayAsync(this WebApplication app)
    {
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            var stopping = app.Lifetime.ApplicationStopping;
            DatabaseStart.MakeDirectory(app.Services.GetRequiredService<IOptions<DataOptions>>().Value.DataDirectory);
            using var held = app.Services.GetRequiredService<InstanceLock>().Take();
            await app.Services.GetRequiredService<DatabaseStart>().RunAsync(stopping);
            await app.Services.GetRequiredService<SetupLink>().PrintAsync(stopping);
            await app.RunAsync();
            return 0;
        }
        catch (Exception exception) when (exception is StartException or OptionsValidationException)
        {
            await Console.Error.WriteLineAsync("Slipway cannot start. " + exception.Message);
            return 1;
        }
        catch (Exception exception) when (DatabaseErrors.IsUnavailable(exception))
        {
            await Console.Error.WriteLineAsync($"Slipway cannot start. {DatabaseErrors.Explain(exception)} ({exception.GetBaseException().Message})");
            return 1;
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"Slipway cannot start. {exception.Message} Choose another address with --urls http://127.0.0.1:PORT.");
            return 1;
        }
        catch (AggregateException exception) when (exception.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            await Console.Error.WriteLineAsync("Slipway cannot start.\n" + string.Join('\n', exception.InnerExceptions.Select(inner => inner.Message)));
            return 1;
        }
    }
}
