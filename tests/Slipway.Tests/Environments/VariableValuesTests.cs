using Slipway.Engine;
using Slipway.Server.Environments;
using Slipway.Tests.Provisioning;

namespace Slipway.Tests.Environments;

public sealed class VariableValuesTests
{
    private static readonly string Uid = new('a', 32);

    private static readonly OtherStack Blog = new(
        "Blog",
        Values(("HOST", "blog.example.com"), ("URL", "http://{{HOST}}/{{ STACK[bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb].X }}"), ("PASSWORD", "secret"), ("LEAK", "{{PASSWORD}}")),
        new HashSet<string> { "PASSWORD" });

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{{NAME}}", "own")]
    [InlineData("{{ NAME }}-{{NAME}}", "own-own")]
    [InlineData("{{MISSING}}", "{{MISSING}}")]
    [InlineData("{{ STACK[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa].HOST }}", "blog.example.com")]
    [InlineData("{{STACK[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa].MISSING}}", "{{STACK[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa].MISSING}}")]
    [InlineData("{{STACK[cccccccccccccccccccccccccccccccc].HOST}}", "{{STACK[cccccccccccccccccccccccccccccccc].HOST}}")]
    [InlineData("{{STACK[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa].URL}}", "http://blog.example.com/{{ STACK[bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb].X }}")]
    public void Reference_StandsForTheOthersValue(string value, string expected) => Assert.Equal(expected, Resolve(value));

    [Theory]
    [InlineData("PASSWORD")]
    [InlineData("LEAK")]
    public void Credential_OfAnotherStack_IsNotRead(string name)
    {
        var exception = Assert.Throws<UserErrorException>(() => Resolve($"{{{{STACK[{Uid}].{name}}}}}"));
        Assert.Contains("PASSWORD of the stack Blog", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    private static string Resolve(string value)
    {
        var values = new VariableValues(Values(("NAME", "own"), ("HOST", "own host"), ("VALUE", value)), [], new Dictionary<string, OtherStack> { [Uid] = Blog });
        return values.For(Specs.Server(1)).First(pair => pair.Key == "VALUE").Value.Reveal();
    }

    private static Dictionary<string, Secret> Values(params (string Key, string Value)[] values) =>
        values.ToDictionary(pair => pair.Key, pair => new Secret(pair.Value));
}
