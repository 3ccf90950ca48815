using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Slipway.Server.Accounts;
using Slipway.Server.Audit;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.Setup;

/// <summary>What <c>slipway-server</c> does: it serves, unless a command asks for something else.</summary>
internal static class ServerCommands
{
    public static Task<int> RunAsync(this WebApplication app, string[] arguments)
    {
        var root = Create(app.Services);
        root.SetAction((_, _) => app.RunSlipwayAsync());
        return InvokeAsync(root, arguments, Console.Out);
    }

    public static Task<int> InvokeAsync(IServiceProvider services, string[] arguments, TextWriter output) =>
        InvokeAsync(Create(services), arguments, output);

    private static RootCommand Create(IServiceProvider services) => new("Slipway, DevOps as a Service that you host yourself.")
    {
        AccountCommand.Create(services),
        AuditCommand.Create(services),
        DatabaseCommand.Create(services),
    };

    private static async Task<int> InvokeAsync(RootCommand root, string[] arguments, TextWriter output)
    {
        // Settings, like --urls, are read by the configuration.
        root.TreatUnmatchedTokensAsErrors = false;
        foreach (var command in root.Subcommands.Concat(root.Subcommands.SelectMany(group => group.Subcommands)))
            command.TreatUnmatchedTokensAsErrors = false;
        try
        {
            var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            return await parsed.InvokeAsync(new() { Output = output, Error = output, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception exception) when (exception is StartException || DatabaseErrors.IsUnavailable(exception) || exception is DbUpdateException)
        {
            await output.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}
