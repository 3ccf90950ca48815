namespace Slipway.Engine.Deployments.Steps;

/// <summary>Brings the database up to date, on one server only.</summary>
internal static class MigrateDatabase
{
    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var command = AppCommands.Rake(context, "migrate the database", context.State.Plan.MigrationTask);
        var result = await context.Hosts(context.PrimaryWebServer).RunAsync(command, onLine: null, cancellationToken);
        result.EnsureSuccess();
    }
}
