namespace Slipway.SystemTests.Remote;

/// <summary>What a user might type to be run where it should only be stored.</summary>
internal static class HostileText
{
    private const string Traces = "/tmp/slipway-injected";

    public static IReadOnlyList<string> All { get; } =
    [
        $"; touch {Traces}", $"| touch {Traces}", $"&& touch {Traces} &", $"`touch {Traces}`", $"$(touch {Traces})", $"\ntouch {Traces}\n",
        $"'; touch {Traces}; '", $"\"; touch {Traces}; \"", "${PATH}", "$HOME", "%h %i %n %%", "\\", "\\\\n", "--version", "-", "--", "-rf", "*", "?", "~",
        "[a-z]*", "{a,b}", "!!", "<", ">", ">&2", "#", " ", "", "\t\r\n", "\u0001\u007f", "naïve ☃ 雪 \U0001F680", "@reboot", "%{x}", "=", "a=b",
        ";|&`$()\n'\"", "0", "\n", "O\nR",
    ];

    public static async Task AssertNothingRanAsync(TestServer server) =>
        Assert.Equal("", await server.ExecAsync("find", "/tmp", "/root", "/home", "-name", "slipway-injected*"));
}
