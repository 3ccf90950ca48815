using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;
using Slipway.Rig;

namespace Slipway.SystemTests.Provisioning;

public sealed class EnvironmentTests(Testbed testbed)
{
    private const string Unit = """
        [Service]
        Type=oneshot
        EnvironmentFile=/etc/variables
        ExecStart=/usr/bin/env -0
        StandardOutput=truncate:/run/variables

        """;

    private static readonly string[] Values =
    [
        """it's "b\ad" $HOME ${HOME} `x` \" \\ %s %h; ünïcödé 🚢""",
        "two\nlines\n\n and\ta tab ",
        "ends with a backslash\\",
        " # not a comment",
        "\n",
        "",
        "'",
        "\"",
        "\\\n",
    ];

    [Fact]
    public async Task Variables_ReachUnitsAndShellsExactly()
    {
        await using var fleet = await Fleet.StartAsync(testbed, 1);
        var stack = Fleet.Stack("shop", [fleet.Server(0)]);
        var variables = Values.Select((value, index) => KeyValuePair.Create($"VALUE_{index}", new Secret(value))).ToList();
        var host = fleet.Host(stack, stack.Servers[0]);
        await host.ApplyAsync(
            [
                new WriteFile("/etc/variables", EnvironmentFile.ForUnit(variables)),
                new WriteFile("/etc/variables.sh", EnvironmentFile.ForShell(variables)),
                new WriteFile("/etc/systemd/system/variables.service", System.Text.Encoding.UTF8.GetBytes(Unit)),
            ],
            Fleet.Cancellation);

        await fleet.Machines[0].ExecAsync("systemctl", "start", "variables.service");
        await fleet.Machines[0].ExecAsync("sh", "-c", ". /etc/variables.sh; env -0 >/run/variables.sh");

        Assert.Equal(Values, await ReadAsync(host, "/run/variables"));
        Assert.Equal(Values, await ReadAsync(host, "/run/variables.sh"));
    }

    private static async Task<IEnumerable<string>> ReadAsync(IRemoteHost host, string path)
    {
        var text = System.Text.Encoding.UTF8.GetString(await host.ReadFileAsync(path, Fleet.Cancellation) ?? []);
        var found = text.Split('\0').Where(line => line.StartsWith("VALUE_", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return found.Select(line => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]);
    }
}
