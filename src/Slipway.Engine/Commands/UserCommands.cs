namespace Slipway.Engine.Commands;

/// <summary>Unix users and groups.</summary>
internal static class UserCommands
{
    /// <summary>Prints the user's line of passwd and then its group's line of group; stops where there is none.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Find(string user) => [["getent", "passwd", user], ["getent", "group", user]];

    /// <summary>A system user that nobody can sign in as, with a group of the same name.</summary>
    public static IReadOnlyList<string> Add(string user, string home) =>
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", home, "--shell", "/usr/sbin/nologin", "--", user];

    /// <summary>Leaves the user's files where they are.</summary>
    public static IReadOnlyList<string> Remove(string user) => ["userdel", "--", user];

    public static IReadOnlyList<string> RemoveGroup(string group) => ["groupdel", "--", group];

    public static IReadOnlyList<string> AddToGroup(string user, string group) => ["usermod", "--append", "--groups", group, "--", user];
}
