using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Engine.Remote;

namespace Slipway.Server.Platform.Work;

/// <summary>An action while a node works on it: what its steps read, write and run.</summary>
internal sealed class ActionRun(ActionClaim claim, JournalLog log, IRemoteHosts hosts, IReadOnlyDictionary<string, KnownTicket> known) : IStepLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JournaledHost> _hosts = [];
    // The longest first: one may be a part of another.
    private readonly SortedSet<string> _secrets = new(Comparer<string>.Create((left, right) =>
        left.Length != right.Length ? right.Length.CompareTo(left.Length) : string.CompareOrdinal(left, right)));

    public ActionClaim Claim => claim;

    /// <summary>Name of the step that runs now.</summary>
    public string StepName { get; private set; } = "";

    /// <summary>Commands of earlier actions that may still run, by the server's id.</summary>
    public ILookup<int, string> Left { get; init; } = Enumerable.Empty<string>().ToLookup(_ => 0);

    /// <summary>Commands of this action whose end nobody has seen.</summary>
    public IReadOnlyList<string> OpenTickets
    {
        get
        {
            var machines = OpenHosts();
            return [.. known.Keys.Concat(machines.SelectMany(host => host.OpenTickets)).Except(machines.SelectMany(host => host.EndedTickets))];
        }
    }

    /// <summary>What finished steps handed on; saved with each step's end.</summary>
    public string? State { get; private set; } = claim.State;

    public T ReadState<T>(JsonTypeInfo<T> typeInfo)
        where T : class, new() => State is null ? new() : JsonSerializer.Deserialize(State, typeInfo) ?? new();

    public void WriteState<T>(T state, JsonTypeInfo<T> typeInfo) => State = JsonSerializer.Serialize(state, typeInfo);

    public T ReadPayload<T>(JsonTypeInfo<T> typeInfo) =>
        JsonSerializer.Deserialize(claim.Payload, typeInfo) ?? throw new JsonException($"Action {claim.ActionId} has no payload.");

    /// <summary>A value that must not appear in the log. Short ones are left: redacting "a" would redact everything.</summary>
    public void Redact(Secret secret)
    {
        lock (_lock)
        {
            foreach (var line in secret.Reveal().Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length >= 6))
                _secrets.Add(line);
        }
    }

    /// <summary>A machine whose commands are given tickets by this action's journal and whose output goes into its log.</summary>
    public IRemoteHost Host(int serverId, string serverName, MachineSpec machine)
    {
        lock (_lock)
        {
            var key = $"{serverId} {machine.HostKey}";
            if (!_hosts.TryGetValue(key, out var host))
            {
                var scope = claim.Lane.ScopeOf(claim.Slug, claim.Epoch);
                host = new(hosts.For(machine, scope, wasReached: claim.IsResumed), this, log, serverId, serverName, OffsetsOf(serverId));
                _hosts.Add(key, host);
            }
            return host;
        }
    }

    public ValueTask WriteAsync(string server, Severity severity, string text) =>
        log.WriteAsync(new(this, server, severity, text, Ticket: null, Offset: 0));

    /// <summary>Ends when everything written before is in the database.</summary>
    public Task FlushAsync() => log.FlushAsync(CancellationToken.None);

    /// <summary>Ends every command of this action that may still run on a machine; those whose machine does not confirm it stay among <see cref="OpenTickets"/>.</summary>
    public Task CancelRemoteAsync(CancellationToken cancellationToken) => Task.WhenAll(OpenHosts().Select(host => host.CancelOpenAsync(cancellationToken)));

    /// <summary>Forgets the tickets on the machines, which are no longer needed once the action has ended.</summary>
    public Task ForgetTicketsAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(OpenHosts().Select(host => host.ForgetAsync(cancellationToken)));

    internal void BeginStep(string name)
    {
        StepName = name;
        foreach (var host in OpenHosts())
            host.BeginStep();
    }

    internal string Clean(string text)
    {
        lock (_lock)
        {
            foreach (var secret in _secrets)
                text = text.Replace(secret, Secret.Redacted, StringComparison.Ordinal);
        }
        // PostgreSQL takes no NUL in a text.
        return text.Replace('\0', '\uFFFD');
    }

    private Dictionary<string, long> OffsetsOf(int serverId) =>
        known.Where(pair => pair.Value.ServerId == serverId).ToDictionary(pair => pair.Key, pair => pair.Value.Offset);

    private JournaledHost[] OpenHosts()
    {
        lock (_lock)
            return [.. _hosts.Values];
    }
}

/// <summary>The right to work on an action: no other node has it as long as the lane's epoch is still this one.</summary>
internal sealed record ActionClaim(int ActionId, Lane Lane, string Slug, long Epoch, string Kind, string Payload, string? State)
{
    public int StackId => Lane.StackId;

    /// <summary>The stack's uid, which no other stack ever had: part of every ticket's name.</summary>
    public required string StackUid { get; init; }

    /// <summary>When its work began for the first time, on whichever node.</summary>
    public required DateTimeOffset BegunAt { get; init; }

    /// <summary>When it was asked for. A database that was restored from a backup gives its id to another action, which was asked for later.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether this process or another began it before: servers that do not answer now did then.</summary>
    public bool IsResumed { get; init; }

    /// <summary>E-mail address of who asked for it.</summary>
    public string Requester { get; init; } = "";

    /// <summary>E-mail address of who cancelled it before it was claimed.</summary>
    public string? CancelledBy { get; init; }

    /// <summary>The trace that it belongs to.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Why a step failed before a restart.</summary>
    public string? Message { get; init; }

    /// <exception cref="FencedException">Another node has taken the stack's work over.</exception>
    public async Task ConfirmAsync(AppDb db, CancellationToken cancellationToken)
    {
        if (!await db.Stacks.AnyAsync(stack => stack.Id == Lane.StackId && (Lane.IsBeside ? stack.BesideEpoch : stack.Epoch) == Epoch, cancellationToken))
            throw new FencedException(Slug, Epoch);
    }
}

/// <summary>A command that an action has started before, as its journal knows it.</summary>
/// <param name="ServerId">Where.</param>
/// <param name="Offset">How far its output is in the log.</param>
internal sealed record KnownTicket(int ServerId, long Offset);
