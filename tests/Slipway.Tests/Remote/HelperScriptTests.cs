using System.Text;
using System.Text.RegularExpressions;
using Slipway.Engine.Remote.Helper;

namespace Slipway.Tests.Remote;

public sealed partial class HelperScriptTests
{
    // All of them are in perl-base, the part of Perl that no Debian or Ubuntu is without.
    private static readonly string[] AllowedModules = ["strict", "Fcntl", "Errno", "Socket"];

    private static readonly string Text = Encoding.UTF8.GetString(HelperScript.Installer);

    [Theory]
    [InlineData("root", "")]
    [InlineData("deploy", "sudo -n ")]
    [InlineData("$(reboot)", "sudo -n ")]
    public void CommandTexts_AreConstants(string userName, string prefix)
    {
        Assert.Matches($"^{prefix}/usr/local/lib/slipway/helper-[0-9a-f]{{16}}$", HelperScript.CommandFor(userName));
        Assert.Equal(prefix + "/usr/bin/perl -", HelperScript.InstallCommandFor(userName));
    }

    [Fact]
    public void Helper_NeedsNoModuleBeyondPerlBase()
    {
        var modules = Modules().Matches(Text).Select(match => match.Groups[1].Value).Distinct();
        Assert.Equal(AllowedModules.Order(), modules.Order());
    }

    [Fact]
    public void Helper_NeverGivesTextToAShell()
    {
        var code = string.Join('\n', Text.Split('\n').Where(line => !line.TrimStart().StartsWith('#')));
        Assert.DoesNotMatch(Shells(), code);
        Assert.Equal(3, Regex.Count(code, @"\bexec\s*\{"));
    }

    [GeneratedRegex(@"^\s*(?:use|require) ([A-Za-z:]+)", RegexOptions.Multiline)]
    private static partial Regex Modules();

    // Backticks, qx, system, pipes out of open, and an exec without the block that names the program.
    [GeneratedRegex(@"`|\bqx\b|(?<![/\w])system\s*[\(\{""$@]|(?<![/\w])system\s+'|\bpopen\b|['""]-\||\|-['""]|\bexec\s+[^{]")]
    private static partial Regex Shells();
}
