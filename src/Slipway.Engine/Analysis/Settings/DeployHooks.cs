namespace Slipway.Engine.Analysis.Settings;

internal enum HookKind { Snippet, Command, Script }

internal enum HookPhase { All, BuildOnly, DeployOnly }

internal enum HookServers { Single, All }

/// <summary>One hook of .cloud66/deploy_hooks.yml.</summary>
internal sealed record DeployHook
{
    /// <summary>One of <see cref="DeployHooks.Points"/>; before_sinatra and the like are read as before_rails.</summary>
    public required string Point { get; init; }

    public required HookKind Kind { get; init; }

    public string? Snippet { get; init; }

    public string? Command { get; init; }

    /// <summary>Path in the repository, without a leading slash.</summary>
    public string? Source { get; init; }

    /// <summary>Absolute path on the server; may hold <c>&lt;%= ENV['X'] %&gt;</c>.</summary>
    public string? Destination { get; init; }

    /// <summary>any, rails (every Rack framework), or a component.</summary>
    public string Target { get; init; } = "any";

    /// <summary>A script that is not executed is only copied.</summary>
    public bool Execute { get; init; }

    public HookPhase ApplyDuring { get; init; }

    public bool HaltOnError { get; init; } = true;

    public HookServers RunOn { get; init; }

    public string? RunAs { get; init; }

    public bool Sudo { get; init; }

    /// <summary>Resolve <c>&lt;%= ENV['X'] %&gt;</c> in the script before it is copied.</summary>
    public bool Parse { get; init; } = true;

    /// <summary>user or user:group of the copied script.</summary>
    public string? Owner { get; init; }

    public int Line { get; init; }
}

/// <summary>The hooks of one environment, in the order of the file.</summary>
internal sealed record DeployHooks(IReadOnlyList<DeployHook> All)
{
    private static readonly string[] Components = ["redis", "mysql", "postgresql", "mongodb"];

    public static DeployHooks None { get; } = new([]);

    /// <summary>Every point, in the order of a deployment.</summary>
    public static IReadOnlyList<string> Points { get; } =
    [
        "after_checkout", "first_thing", .. Components.Select(name => "before_" + name), .. Components.Select(name => "after_" + name),
        "before_rails", "after_bundle", "after_symlink", "after_rails", "before_agent", "after_agent", "last_thing",
    ];

    /// <summary>The hooks to run at a point: of a build (every run until the first success) or of a later deployment.</summary>
    public IEnumerable<DeployHook> At(string point, bool isBuild) =>
        All.Where(hook => hook.Point == point && hook.ApplyDuring != (isBuild ? HookPhase.DeployOnly : HookPhase.BuildOnly));
}
