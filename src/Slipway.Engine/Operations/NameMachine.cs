using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Deployments;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Operations;

/// <summary>Gives a machine the name that its server has.</summary>
internal static class NameMachine
{
    public static Step<DeployContext> StepFor(ServerSpec server) => new("set the host name", (context, token) => SetAsync(context, server, token));

    private static async Task SetAsync(DeployContext context, ServerSpec server, CancellationToken cancellationToken)
    {
        var (host, name) = (context.Hosts(server), server.Name.ToLowerInvariant());
        var hosts = await host.ReadFileAsync(HostNames.HostsPath, cancellationToken) is { } file ? Encoding.UTF8.GetString(file) : "127.0.0.1\tlocalhost\n";
        // The machine must find itself under both names while one becomes the other, so this file comes first.
        await WriteAsync(context, host, HostNames.HostsPath, HostNames.WithOwnName(hosts, name), cancellationToken);
        await WriteAsync(context, host, HostNames.NamePath, name + "\n", cancellationToken);
        var set = await host.RunAsync(Switcher.Quick(context, "set the host name", HostNames.Set(name)), onLine: null, cancellationToken);
        set.EnsureSuccess();
        await context.SayAsync(server, $"The machine is called {name} now.");
    }

    private static async Task WriteAsync(DeployContext context, IRemoteHost host, string path, string text, CancellationToken cancellationToken)
    {
        var command = Switcher.Quick(context, $"write {path}", HostNames.Overwrite(path)) with
        {
            OpenInput = _ => Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(text))),
        };
        var written = await host.RunAsync(command, onLine: null, cancellationToken);
        written.EnsureSuccess();
    }
}
