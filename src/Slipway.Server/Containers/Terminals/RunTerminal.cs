using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Engine.Terminals;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;

namespace Slipway.Server.Containers.Terminals;

/// <summary>Opens a terminal for somebody who may have it, and keeps it until one side ends it. The audit trail knows of it before the shell does.</summary>
internal sealed class RunTerminal(AppDb db, OpenTerminals terminals, IRemoteHosts hosts, LastingAccess access, EngineTimeouts timeouts, TimeProvider time)
{
    private const string Subject = "terminal";
    private const int ShownOfUid = 12;

    public (IDisposable? Place, ApiProblem? Problem) Enter(Container container, Caller caller) => terminals.Enter(container.Server!.Machine!.Address, caller.UserId);

    /// <param name="http">A request for a websocket.</param>
    /// <param name="visitor">Whose request it is.</param>
    /// <param name="container">The container with its server, machine and stack.</param>
    /// <param name="size">The terminal's first size.</param>
    /// <param name="window">How many bytes may be sent beyond those that were shown; 0 for any number.</param>
    public async Task RunAsync(HttpContext http, LastingVisit visitor, Container container, TerminalSize size, int window)
    {
        var account = container.Server!.Stack!.AccountId;
        var number = await db.AuditHeads.Where(head => head.AccountId == account).Select(head => head.Number).FirstOrDefaultAsync(http.RequestAborted);
        await NoteAsync(container, RecordedChange.Opened, [], http.RequestAborted);
        var opened = time.GetTimestamp();
        // When Slipway itself breaks in between, that is how it ended.
        var end = TerminalEnd.Trouble("Something went wrong inside Slipway.");
        try
        {
            var beat = terminals.Options.Beat;
            using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = beat, KeepAliveTimeout = beat });
            end = await ServeAsync(socket, visitor with { AuditNumber = number }, container, size, window);
        }
        finally
        {
            var seconds = (long)time.GetElapsedTime(opened).TotalSeconds;
            await NoteAsync(container, RecordedChange.Ended, new() { ["seconds"] = seconds, ["why"] = end.Text }, CancellationToken.None);
        }
    }

    private async Task<TerminalEnd> ServeAsync(WebSocket socket, LastingVisit visitor, Container container, TerminalSize size, int window)
    {
        using var connection = new TerminalConnection(socket, terminals, window, time, token => access.FindObstacleAsync(visitor, token));
        var (shell, problem) = await OpenAsync(container, size);
        if (shell is null)
            return await connection.RefuseAsync(TerminalEnd.Trouble(problem!));
        await using (shell)
            return await connection.RunAsync(shell);
    }

    private async Task<(ContainerShell? Shell, string? Problem)> OpenAsync(Container container, TerminalSize size)
    {
        var (machine, stack) = (container.Server!.Machine!, container.Server.Stack!);
        var host = hosts.For(new(machine.Address, machine.Port, machine.UserName, stack.SshPrivateKey, machine.HostKey), RemoteScope.None);
        using var patience = new CancellationTokenSource(timeouts.Query, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, terminals.Stopping);
        try
        {
            return (await ContainerShell.OpenAsync(host, container.Uid, size, time, either.Token), null);
        }
        catch (Exception exception) when (exception is RemoteUnavailableException or UserErrorException)
        {
            return (null, exception.Message);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return (null, terminals.Stopping.IsCancellationRequested ? TerminalEnd.NodeStops.Text : $"Docker on {machine.Address} did not answer in time.");
        }
    }

    private async Task NoteAsync(Container container, string change, JsonObject details, CancellationToken cancellationToken)
    {
        var server = container.Server!;
        details["container"] = container.Uid;
        details["service"] = container.ServiceName;
        details["server"] = server.Name;
        db.Audit.Note(server.Stack!, change, Subject, $"{container.ServiceName} {container.Uid[..ShownOfUid]} on {server.Name}", details);
        await db.SaveChangesAsync(cancellationToken);
    }
}
