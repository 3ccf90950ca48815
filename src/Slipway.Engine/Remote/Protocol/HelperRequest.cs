namespace Slipway.Engine.Remote.Protocol;

/// <summary>The requests that the helper knows, as it wants them packed.</summary>
internal static class HelperRequest
{
    private const int LongestFile = 1 << 20;

    public static byte[] Run(RemoteScope scope, RemoteCommand command, TimeSpan grace, long offset, bool isKnown) =>
        Of("run", scope).Add(command.Ticket!).Add(offset).Add(isKnown).Add(Work(command, grace)).ToArray();

    public static byte[] Direct(RemoteScope scope, RemoteCommand command, TimeSpan grace) =>
        Of("direct", scope).Add(Work(command, grace)).ToArray();

    public static byte[] Cancel(RemoteScope scope, string ticket, TimeSpan grace) =>
        Of("cancel", scope).Add(ticket).Add((long)grace.TotalMilliseconds).ToArray();

    public static byte[] Complete(RemoteScope scope, IReadOnlyList<string> tickets) => Of("complete", scope).AddRange(tickets).ToArray();

    public static byte[] Apply(RemoteScope scope, IReadOnlyList<FileChange> changes) => Of("files", scope).AddRange(changes.Select(Change)).ToArray();

    public static byte[] Read(string path) => new Packed().Add("read").Add(path).Add(LongestFile).ToArray();

    public static byte[] Fetch(string path, long offset) => new Packed().Add("fetch").Add(path).Add(offset).ToArray();

    public static byte[] Facts() => new Packed().Add("facts").ToArray();

    public static byte[] Probe(HttpProbe probe) => new Packed().Add("probe")
        .Add(probe.SocketPath ?? "").Add(probe.TcpAddress ?? "").Add(probe.UrlPath ?? "").Add(probe.HostName)
        .Add(probe.Healthy.From).Add(probe.Healthy.To).Add(probe.Unit ?? "")
        .Add((long)probe.Deadline.TotalMilliseconds).Add((long)probe.RequestTimeout.TotalMilliseconds).ToArray();

    public static byte[] Bridge(string socketPath, IReadOnlyList<string> afterwards) =>
        new Packed().Add("bridge").Add(socketPath).AddRange(afterwards).ToArray();

    private static Packed Of(string operation, RemoteScope scope) => new Packed().Add(operation).Add(scope.Stack).Add(scope.Epoch);

    private static Packed Change(FileChange change) => change switch
    {
        WriteFile file => new Packed().Add("file").Add(file.Path).Add(file.Mode).Add(file.Owner).Add(file.Group).Add(file.Content.Span),
        MakeDirectory directory => new Packed().Add("directory").Add(directory.Path).Add(directory.Mode).Add(directory.Owner).Add(directory.Group),
        MakeLink link => new Packed().Add("link").Add(link.Path).Add(link.Target),
        Remove remove => new Packed().Add("remove").Add(remove.Path),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "This kind of change is not known."),
    };

    private static Packed Work(RemoteCommand command, TimeSpan grace)
    {
        var environment = command.Environment.OrderBy(variable => variable.Key, StringComparer.Ordinal);
        return new Packed().Add((long)command.Deadline.TotalMilliseconds).Add((long)grace.TotalMilliseconds)
            .Add(command.OpenInput is not null).Add(command.IsHeavy).Add(command.Directory ?? "/").Add(command.User ?? "root")
            .Add(new Packed().AddRange(environment.SelectMany(variable => new[] { variable.Key, variable.Value })))
            .Add(new Packed().AddRange(command.Programs.Select(program => new Packed().AddRange(program))));
    }
}
