using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Tests.Support;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker.Names;

public sealed class NameDriftTests
{
    internal const string Redirect = "ip saddr 172.18.0.0/16 ip daddr 198.18.0.7 tcp dport 3000 redirect to :61007";
    internal const string Reject = "ip saddr 172.18.0.0/16 ip daddr 198.18.0.0/15 reject";

    private readonly Attempt _attempt = new([new() { Name = "web", Ports = [new(3000, 80)] }]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, $"table ip slipway_shop {{\n\t\t{Redirect}\n\t\t{Reject} with icmp port-unreachable\n}}", false)]
    [InlineData(null, $"table ip slipway_shop {{\n\t\t{Reject} with icmp port-unreachable\n}}", true)]
    [InlineData(null, "", true)]
    [InlineData("/etc/slipway/names/shop.nft", null, true)]
    [InlineData("/etc/nginx/slipway-stream/shop.conf", null, true)]
    [InlineData(NameFiles.StreamPath, null, true)]
    [InlineData("/etc/systemd/system/multi-user.target.wants/slipway-names.service", null, true)]
    public async Task WhatIsGone_IsSeen(string? gone, string? loaded, bool isLacking)
    {
        GivenNames(_attempt.Machine, loaded ?? $"{Redirect}\n{Reject}");
        if (gone is not null)
            Assert.True(_attempt.Machine.Files.Remove(gone));

        var context = _attempt.Context;
        Assert.Equal(isLacking, await NameDrift.IsLackingAsync(context.Paths, context.Timeouts, context.Hosts(context.Wanted.Servers[0]), Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ServerThatLostItsPart_IsPreparedAgain_WhereContainersKnowNames(bool knows)
    {
        _attempt.AddMachine(2);
        _attempt.GivenContainers(Old("c1", "web") with { KnowsNames = knows });

        await NameDrift.PrepareAgainAsync(_attempt.OnTwoServers, Cancel);

        Assert.Equal(knows, _attempt.Machine.Files.ContainsKey(NameFiles.StreamPath));
        Assert.Equal(knows, _attempt.Machine.Programs.Contains(Line(NginxCommands.Reload)));
    }

    /// <summary>A machine on which names are as a deployment left them.</summary>
    internal static void GivenNames(FakeMachine machine, string loaded, string slug = "shop")
    {
        machine.Files[$"/etc/slipway/names/{slug}.nft"] = $"table ip slipway_{slug} {{\n    chain names {{\n        {Redirect}\n    }}\n    chain rest {{\n        {Reject}\n    }}\n}}\n";
        machine.Files[$"/etc/nginx/slipway-stream/{slug}.conf"] = "upstream a {\n    server 127.0.0.1:20001 max_fails=3 fail_timeout=1s;\n}\n";
        foreach (var path in new[] { NameFiles.StreamPath, NameFiles.RulesPath, NameFiles.SettingsPath, SystemdCommands.WantsLink(NameFiles.Unit) })
            machine.Files[path] = "";
        machine.Answers[Line(NameFiles.Show(new(slug)))] = loaded;
    }
}
