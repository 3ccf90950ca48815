namespace Slipway.Server.Hooks;

/// <summary>What a call of a hook is about, as its headers say.</summary>
internal static class HookEvent
{
    // By header of GitHub (and Gitea, Forgejo), GitLab and Bitbucket, what a push is called.
    private static readonly Dictionary<string, string> Pushes = new()
    {
        ["X-GitHub-Event"] = "push",
        ["X-Gitlab-Event"] = "Push Hook",
        ["X-Event-Key"] = "repo:push",
    };

    /// <summary>The event where it is another one, such as the ping by which a host tries the address; null for pushes and unnamed calls.</summary>
    public static string? OtherThanPush(IHeaderDictionary headers) => Pushes
        .Select(pair => (Event: headers[pair.Key].ToString(), pair.Value))
        .Where(pair => pair.Event.Length > 0 && pair.Event != pair.Value)
        .Select(pair => pair.Event.Length <= 60 && pair.Event.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or ':' or ' ') ? pair.Event : "this event")
        .FirstOrDefault();
}
