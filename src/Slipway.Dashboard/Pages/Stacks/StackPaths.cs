using Slipway.Contracts.Stacks;

namespace Slipway.Dashboard.Pages.Stacks;

/// <summary>Addresses of the pages of a stack.</summary>
public static class StackPaths
{
    /// <summary>The page that says most about the stack now: the wizard's until it was first deployed.</summary>
    public static string Of(Stack stack) => stack.Status switch
    {
        StackStatus.Queued or StackStatus.Analysing or StackStatus.TerminalFailure => Analysis(stack.Uid),
        StackStatus.Analysed => Analysis(stack.Uid),
        _ => Overview(stack.Uid),
    };

    public static string Overview(string uid) => $"/stacks/{Uri.EscapeDataString(uid)}";

    public static string Analysis(string uid) => $"{Overview(uid)}/setup/analysis";

    public static string SetupServers(string uid) => $"{Overview(uid)}/setup/servers";

    public static string SetupDeploy(string uid) => $"{Overview(uid)}/setup/deploy";

    public static string Deploy(string uid) => $"{Overview(uid)}/deploy";

    public static string Deployments(string uid) => $"{Overview(uid)}/deployments";

    public static string Environment(string uid) => $"{Overview(uid)}/environment";

    public static string Servers(string uid) => $"{Overview(uid)}/servers";

    public static string Processes(string uid) => $"{Overview(uid)}/processes";

    public static string Services(string uid) => $"{Overview(uid)}/services";

    /// <summary>The API's numbers of what containers use.</summary>
    public static string Usage(string uid) => $"/api/3{Overview(uid)}/container_usage.json";

    public static string ServiceLog(string uid, string name) => $"{Services(uid)}/{Uri.EscapeDataString(name)}/log";

    /// <summary>The API's live events of a service's log.</summary>
    public static string ServiceLogEvents(string uid, string name) => $"/api/3{ServiceLog(uid, name)}/events.json";

    /// <summary>The API's live events of a container's log.</summary>
    public static string ContainerLogEvents(string uid, string containerUid) => $"/api/3{Container(uid, containerUid)}/log/events.json";

    public static string Container(string uid, string containerUid) => $"{Overview(uid)}/containers/{Uri.EscapeDataString(containerUid)}";

    public static string Terminal(string uid, string containerUid) => $"{Container(uid, containerUid)}/terminal";

    /// <summary>The API's websocket of a terminal.</summary>
    public static string TerminalSocket(string uid, string containerUid) => $"/api/3{Terminal(uid, containerUid)}.json";

    public static string Settings(string uid) => $"{Overview(uid)}/settings";

    public static string Activity(string uid) => $"{Overview(uid)}/activity";

    public static string Action(string uid, int id) => $"{Overview(uid)}/actions/{id}";

    public static string Log(string uid, int id) => $"{Action(uid, id)}/log.txt";

    /// <summary>The API's live events of an action, which browsers may read with their session.</summary>
    public static string Events(string uid, int id, long since) => $"/api/3{Action(uid, id)}/events.json?since={since}";
}
