using System.Xml.Linq;

namespace Slipway.Tests.Conventions;

/// <summary>Keeps the projects apart: who may know whom.</summary>
public sealed class ReferenceTests
{
    [Theory]
    [InlineData("Slipway.Contracts")]
    [InlineData("Slipway.Engine")]
    [InlineData("Slipway.Dashboard", "Slipway.Contracts")]
    [InlineData("Slipway.Server", "Slipway.Contracts", "Slipway.Dashboard", "Slipway.Engine")]
    public void Project_ReferencesOnlyWhatItMayKnow(string project, params string[] allowed)
    {
        var found = References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));
        Assert.Equal(allowed.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Contracts_NeedNoPackage() => Assert.Empty(References("Slipway.Contracts", "PackageReference"));

    [Fact]
    public void Engine_KnowsNeitherHttpServersNorDatabases()
    {
        Assert.Empty(References("Slipway.Engine", "FrameworkReference"));
        string[] foreign = ["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Npgsql", "Quartz", "Slipway.Server", "Slipway.Contracts"];
        var usings = Repository.Files.Where(file => file.Name.StartsWith("src/Slipway.Engine/", StringComparison.Ordinal))
            .SelectMany(file => file.Root.Usings, (file, use) => $"{file.Name} uses {use.Name}");
        BudgetTests.AssertNone(usings.Where(use => foreign.Any(name => use.Contains($" uses {name}", StringComparison.Ordinal))));
    }

    [Fact]
    public void Platform_UsesNoHandlersOfSlices()
    {
        string[] slices = ["Endpoints", "Records"];
        var files = Repository.Files.Where(file => file.Name.StartsWith("src/Slipway.Server/Platform/", StringComparison.Ordinal));
        var wrong = from file in files
                    from name in file.All<Microsoft.CodeAnalysis.CSharp.Syntax.IdentifierNameSyntax>()
                    let text = name.Identifier.Text
                    where slices.Any(ending => text.EndsWith(ending, StringComparison.Ordinal)) && Repository.Files.Any(other =>
                        other.Name.EndsWith($"/{text}.cs", StringComparison.Ordinal) && !other.Name.Contains("/Platform/", StringComparison.Ordinal))
                    select $"{file.Name} uses {text}";
        BudgetTests.AssertNone(wrong.Distinct());
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj")).Descendants(kind)
            .Select(reference => (string)reference.Attribute("Include")!);
}
