using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments;

/// <summary>Commands that run in the release directory, as the stack's user, with the stack's variables.</summary>
internal static class AppCommands
{
    /// <summary>Sources the variables' file, given first, and becomes the program behind it. A constant: what it runs comes as arguments.</summary>
    private const string WithEnvironment = """. "$0" && exec "$@" """;

    public static RemoteCommand BundleInstall(DeployContext context) =>
        InRelease(context, "bundle install", context.Timeouts.Bundle, context.State.Plan.HasGemSource
            ? ["bundle", "install", "--jobs", "4", "--retry", "3"]
            : ["bundle", "install", "--local"]) with { IsHeavy = true };

    public static RemoteCommand Rake(DeployContext context, string name, string task) =>
        InRelease(context, name, context.Timeouts.UserCommand, context.State.Plan.HasGemfile ? ["bundle", "exec", "rake", task] : ["rake", task]);

    /// <summary>Runs a file that holds what a user wrote.</summary>
    public static RemoteCommand Script(DeployContext context, string name, string file, string directory) =>
        InRelease(context, name, context.Timeouts.UserCommand, ["/bin/sh", file]) with { Directory = directory };

    /// <summary>Runs a script by its own first line.</summary>
    public static RemoteCommand Program(DeployContext context, string name, string file) =>
        InRelease(context, name, context.Timeouts.UserCommand, [file]);

    private static RemoteCommand InRelease(DeployContext context, string name, TimeSpan deadline, IReadOnlyList<string> program) => new()
    {
        Name = name,
        Programs = [["/bin/sh", "-c", WithEnvironment, context.Paths.EnvironmentFile, .. program]],
        Environment = BundleEnvironment.For(context),
        Directory = context.ReleaseDirectory,
        User = context.Paths.User,
        Deadline = deadline,
    };
}
