using System.Globalization;
using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Containers.Terminals;

/// <summary>The terminals of this node: how many there are of each server and person, and that none holds the node up when it ends.</summary>
internal sealed class OpenTerminals(RunningActions running, IHostApplicationLifetime lifetime, IOptions<TerminalOptions> options) : IDisposable
{
    private readonly Dictionary<string, int> _ofServers = [];
    private readonly Dictionary<int, int> _ofPeople = [];
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(running.Stopping, lifetime.ApplicationStopping);

    public TerminalOptions Options => options.Value;

    /// <summary>From the moment on in which the node is asked to end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Takes a place until it is disposed of; or says why there is none.</summary>
    public (IDisposable? Place, ApiProblem? Problem) Enter(string address, int userId)
    {
        if (Stopping.IsCancellationRequested)
            return (null, new(StatusCodes.Status503ServiceUnavailable, "This node is about to end. Try again in a moment."));
        lock (_ofServers)
        {
            var (ofServer, ofPerson) = (_ofServers.GetValueOrDefault(address), _ofPeople.GetValueOrDefault(userId));
            if (ofPerson >= options.Value.MostOfPerson)
                return (null, Full(ofPerson, "of yours"));
            if (ofServer >= options.Value.MostOfServer)
                return (null, Full(ofServer, "on this server"));
            (_ofServers[address], _ofPeople[userId]) = (ofServer + 1, ofPerson + 1);
        }
        return (new Place(this, address, userId), null);
    }

    public void Dispose() => _stopping.Dispose();

    private static ApiProblem Full(int count, string whose) =>
        ApiProblem.Conflict(string.Create(CultureInfo.InvariantCulture, $"{count} terminals {whose} are open already. Close one of them first."));

    private void Leave(string address, int userId)
    {
        lock (_ofServers)
        {
            if (--_ofServers[address] == 0)
                _ofServers.Remove(address);
            if (--_ofPeople[userId] == 0)
                _ofPeople.Remove(userId);
        }
    }

    private sealed class Place(OpenTerminals terminals, string address, int userId) : IDisposable
    {
        public void Dispose() => terminals.Leave(address, userId);
    }
}
