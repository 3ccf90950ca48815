using System.Text;
using Slipway.Engine.Remote;

namespace Slipway.Tests.Support;

/// <summary>Machines that answer without a network. Each knows which keys open it and keeps its files.</summary>
internal sealed class FakeMachines : IRemoteHosts
{
    private readonly Dictionary<string, FakeMachine> _machines = [];

    public List<string> Dropped { get; } = [];

    public FakeMachine Add(string address, bool letsAllIn = true)
    {
        var machine = new FakeMachine(letsAllIn);
        _machines.Add(address, machine);
        return machine;
    }

    public FakeMachine Of(string address) => _machines[address];

    /// <summary>Whether the machine that was asked for last counts as one that was reached before.</summary>
    public bool WasReached { get; private set; }

    public IRemoteHost For(MachineSpec machine, RemoteScope scope, bool wasReached = false)
    {
        WasReached = wasReached;
        return new Host(machine, this);
    }

    public async Task<string> ReadHostKeyAsync(string address, int port, CancellationToken cancellationToken)
    {
        var machine = Find(address);
        if (machine.IsSilent)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return machine.HostKey;
    }

    public Task<MachineFacts> EnrolAsync(MachineSpec machine, CancellationToken cancellationToken)
    {
        Open(machine);
        return Task.FromResult(new MachineFacts("debian", "12", "bookworm", "amd64", "host", 2, 4L << 30, 20L << 30, ["10.1.1.1", "2001:db8::1"], "boot"));
    }

    public void Drop(MachineSpec machine) => Dropped.Add(machine.PrivateKey.Reveal());

    private FakeMachine Find(string address) => _machines.TryGetValue(address, out var machine)
        ? machine
        : throw new RemoteUnavailableException(address, RemoteFault.Unreachable, $"{address} does not answer.");

    private FakeMachine Open(MachineSpec spec)
    {
        var machine = Find(spec.Address);
        if (machine.HostKey != spec.HostKey)
            throw new RemoteUnavailableException(spec.Address, RemoteFault.HostKeyChanged, $"{spec.Address} shows {machine.HostKey}, pinned is {spec.HostKey}.");
        if (!machine.Opens(spec.PrivateKey.Reveal()))
            throw new RemoteUnavailableException(spec.Address, RemoteFault.KeyRefused, $"{spec.Address} refused the key.");
        return machine;
    }

    private const string NoEngine = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";

    private sealed class Host(MachineSpec spec, FakeMachines machines) : IRemoteHost
    {
        public MachineSpec Machine => spec;

        public async Task<RemoteResult> RunAsync(RemoteCommand command, Func<OutputLine, ValueTask>? onLine, CancellationToken cancellationToken)
        {
            var (machine, tail) = (machines.Open(spec), new List<string>());
            if (command.OpenInput is not null)
            {
                for (; machine.LossesOfInput > 0; machine.LossesOfInput--)
                    await LoseAsync(command.OpenInput, cancellationToken);
                using var input = new StreamReader(await command.OpenInput(cancellationToken));
                machine.Inputs[command.Name] = await input.ReadToEndAsync(cancellationToken);
            }
            foreach (var program in command.Programs)
            {
                machine.Programs.Add(string.Join(' ', program));
                if (machine.Outages.GetValueOrDefault(string.Join(' ', program)) is > 0 and var left)
                {
                    machine.Outages[string.Join(' ', program)] = left - 1;
                    return new(spec.Address, command.Name, RemoteOutcome.Exited, 1, [NoEngine]);
                }
                if ((machine.Answers.GetValueOrDefault(string.Join(' ', program)) ?? AnswerOf(program)) is { } answer)
                {
                    tail.AddRange(answer.Split('\n'));
                    foreach (var line in onLine is null ? [] : answer.Split('\n'))
                        await onLine!(new(line, 0));
                }
                var text = program[0] == "getent" ? $"{spec.UserName}:x:1000:1000::/home/{spec.UserName}:/bin/sh" : "staff";
                if (onLine is not null && program is ["getent" or "id", ..])
                    await onLine!(new(text, 0));
                if (onLine is not null && program is ["stat", ..])
                    await onLine(new(machine.SizeOfFiles, 0));
                if (machine.Hanging.Contains(string.Join(' ', program)))
                    return new(spec.Address, command.Name, RemoteOutcome.TimedOut, 137, tail);
                if (machine.ExitCodes.TryGetValue(string.Join(' ', program), out var code))
                    return new(spec.Address, command.Name, RemoteOutcome.Exited, code, tail);
            }
            return new(spec.Address, command.Name, RemoteOutcome.Exited, 0, tail);
        }

        // The connection is lost after some bytes; the input of that attempt is closed, and opened anew for the next.
        private static async Task LoseAsync(Func<CancellationToken, Task<Stream>> open, CancellationToken cancellationToken)
        {
            await using var input = await open(cancellationToken);
            await input.ReadExactlyAsync(new byte[4], cancellationToken);
        }

        // A machine that was told of none has none.
        private static string? AnswerOf(IReadOnlyList<string> program) =>
            program is ["perl", _, _, "--", var question] && question.StartsWith("json?all=1", StringComparison.Ordinal) ? "[]" : null;

        public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken) =>
            Task.FromResult(machines.Open(spec).Read(path) is { } text ? Encoding.UTF8.GetBytes(text) : null);

        public Task<Stream> OpenFileAsync(string path, CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(machines.Open(spec).Read(path) ?? path)));

        public Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<FileChange> changes, CancellationToken cancellationToken)
        {
            var machine = machines.Open(spec);
            foreach (var change in changes)
            {
                if (change is WriteFile file)
                    machine.Files[file.Path] = Encoding.UTF8.GetString(file.Content.Span);
                if (change is MakeLink link)
                    machine.Links[link.Path] = link.Target;
                if (change is Remove)
                    machine.Removed.Add(change.Path);
            }
            return Task.FromResult<IReadOnlyList<string>>([.. changes.Select(change => change.Path)]);
        }

        public Task<bool> CancelAsync(string ticket, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task CompleteAsync(IReadOnlyList<string> tickets, CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task<Stream> ConnectAsync(string socketPath, IReadOnlyList<string> afterwards, CancellationToken cancellationToken) =>
            machines.Open(spec).Docker is { } docker && socketPath == "/var/run/docker.sock"
                ? await docker.ConnectAsync(afterwards, cancellationToken)
                : throw new IOException($"{spec.Address}: cannot connect to {socketPath}: No such file or directory");

        public Task<ProbeResult> ProbeAsync(HttpProbe probe, CancellationToken cancellationToken)
        {
            machines.Open(spec).Probes.Add(probe);
            return Task.FromResult(new ProbeResult(true, 200, ""));
        }

        public async Task<MachineFacts> ReadFactsAsync(CancellationToken cancellationToken) => await machines.EnrolAsync(spec, cancellationToken);
    }
}

/// <summary>One machine. It lets everybody in, or whoever holds a key that its authorized_keys names.</summary>
internal sealed class FakeMachine(bool letsAllIn)
{
    public string HostKey { get; set; } = "SHA256:" + new string('A', 43);

    /// <summary>What listens at Docker's socket.</summary>
    public FakeDocker? Docker { get; set; }

    /// <summary>Takes connections and says nothing.</summary>
    public bool IsSilent { get; set; }

    public Dictionary<string, string> Files { get; } = [];

    /// <summary>What links lead to. Nothing is read through them.</summary>
    public Dictionary<string, string> Links { get; } = [];

    /// <summary>What files of a name hold wherever they are, when nothing was written there.</summary>
    public Dictionary<string, string> NamedFiles { get; } = [];

    /// <summary>What stat prints of any file.</summary>
    public string SizeOfFiles { get; set; } = "0";

    /// <summary>What was run on it, arguments separated by spaces.</summary>
    public List<string> Programs { get; } = [];

    /// <summary>What programs print, by their arguments with spaces between them.</summary>
    public Dictionary<string, string> Answers { get; } = [];

    /// <summary>Of programs that fail, in the same way.</summary>
    public Dictionary<string, int> ExitCodes { get; } = [];

    /// <summary>Programs that do not end before their deadline, in the same way.</summary>
    public HashSet<string> Hanging { get; } = [];

    /// <summary>How often from now on Docker is not there for programs.</summary>
    public Dictionary<string, int> Outages { get; } = [];

    /// <summary>What was asked on it, for health.</summary>
    public List<HttpProbe> Probes { get; } = [];

    /// <summary>What commands were given on standard input, by their names.</summary>
    public Dictionary<string, string> Inputs { get; } = [];

    /// <summary>How often from now on the connection is lost while it is given something on standard input.</summary>
    public int LossesOfInput { get; set; }

    /// <summary>Paths that were removed, whether there was something or not.</summary>
    public List<string> Removed { get; } = [];

    public string? Read(string path) => Files.GetValueOrDefault(path) ?? NamedFiles.GetValueOrDefault(Path.GetFileName(path));

    public bool Opens(string privateKey) => letsAllIn
        || Files.Values.Any(file => file.Contains(Slipway.Engine.SshKeyPair.FromPrivate(new(privateKey)).Public.Split(' ')[1], StringComparison.Ordinal));
}
