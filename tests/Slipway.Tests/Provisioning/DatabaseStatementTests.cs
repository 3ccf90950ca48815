using Slipway.Engine;
using Slipway.Engine.Commands;

namespace Slipway.Tests.Provisioning;

public sealed class DatabaseStatementTests
{
    private const string Hostile = """a'b"c`d\e;--$(x)""";

    [Theory]
    [InlineData("shop", "'shop'")]
    [InlineData(Hostile, """'a''b"c`d\e;--$(x)'""")]
    public void Postgres_QuotesTexts(string value, string expected) => Assert.Equal(expected, PostgresCommands.Literal(value));

    [Fact]
    public void Postgres_QuotesNames() => Assert.Equal("\"a'b\"\"c`d\\e;--$(x)\"", PostgresCommands.Identifier(Hostile));

    [Fact]
    public void Postgres_RefusesNul() => Assert.Throws<ArgumentException>(() => PostgresCommands.Literal("a\0b"));

    [Fact]
    public void Postgres_VerifiesWithoutKnowingThePassword()
    {
        var verifier = PostgresCommands.Verifier("shop", new Secret("secret"));
        Assert.Matches(@"^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$", verifier);
        Assert.Equal(verifier, PostgresCommands.Verifier("shop", new Secret("secret")));
        Assert.NotEqual(verifier, PostgresCommands.Verifier("other", new Secret("secret")));
        Assert.DoesNotContain("secret", PostgresCommands.CreateDatabase("shop", new Secret("secret"), "shop"), StringComparison.Ordinal);
    }

    [Fact]
    public void Postgres_KeepsOtherLinesOfAccess()
    {
        const string theirs = "# theirs\nlocal all postgres peer\n";
        var once = PostgresCommands.MergeAccess(theirs, [PostgresCommands.Access("shop", "shop", "10.0.0.1/32")]);
        Assert.Equal(
            "# Slipway: begin\nhost \"shop\" \"shop\" 10.0.0.1/32 scram-sha-256\n# Slipway: end\n" + theirs, once);
        Assert.Equal(once, PostgresCommands.MergeAccess(once, [PostgresCommands.Access("shop", "shop", "10.0.0.1/32")]));
        Assert.Equal(theirs, PostgresCommands.MergeAccess(once, []));
    }

    [Fact]
    public void Postgres_RefusesALineBreakInAccess() =>
        Assert.Throws<ArgumentException>(() => PostgresCommands.Access("shop\nhost all all 0.0.0.0/0 trust", "shop", "10.0.0.1/32"));

    [Fact]
    public void MySql_QuotesTexts() => Assert.Equal("""'a\'b"c`d\\e;--$(x)'""", MySqlCommands.Literal(Hostile));

    [Fact]
    public void MySql_EscapesLineEndsAndNul() => Assert.Equal("""'\n\r\0'""", MySqlCommands.Literal("\n\r\0"));

    [Fact]
    public void MySql_QuotesNames() => Assert.Equal("`a'b\"c``d\\e;--$(x)`", MySqlCommands.Identifier(Hostile));

    // The value that MariaDB's PASSWORD('secret') gives.
    [Fact]
    public void MySql_VerifiesWithoutKnowingThePassword() =>
        Assert.Equal("*14E65567ABDB5135D0CFD9A70B3032C179A49EE7", MySqlCommands.Verifier(new Secret("secret")));

    [Fact]
    public void MySql_GrantsOneDatabaseOnly()
    {
        var statements = MySqlCommands.CreateDatabase("shop", new Secret("secret"), "my_shop", ["localhost"], ["10.0.0.9"]);
        Assert.Contains("""GRANT ALL PRIVILEGES ON `my\_shop`.* TO 'shop'@'localhost';""", statements, StringComparison.Ordinal);
        Assert.Contains("DROP USER IF EXISTS 'shop'@'10.0.0.9';", statements, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", statements, StringComparison.Ordinal);
    }
}
