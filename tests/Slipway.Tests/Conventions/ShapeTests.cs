using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Slipway.Tests.Conventions;

/// <summary>Keeps things where one looks for them.</summary>
public sealed partial class ShapeTests
{
    /// <summary>Interfaces with one implementation, and what they guard.</summary>
    private static readonly Dictionary<string, string> LoneInterfaces = new()
    {
        ["ICodeSource"] = "guards the mirror of the repository: a process and a network",
        ["IStepLog"] = "guards the journal of the control plane from the engine, which knows no database",
        ["IRepositoryFiles"] = "guards the git process; analysis is tested with files in memory",
        ["IActionHandler"] = "each kind of action is one; the first kinds come in slices of their own",
    };

    /// <summary>Where a rule is switched off in source, and why.</summary>
    private static readonly Dictionary<string, string> Suppressions = new()
    {
        ["src/Slipway.Engine/Commands/MySqlCommands.cs"] = "mysql_native_password is SHA-1; it is what every client of MariaDB speaks, and the passwords are generated",
        ["src/Slipway.Engine/Remote/Ssh/SshClients.cs"] = "the one place where SSH clients are made, which are banned elsewhere because they accept any host key",
        ["src/Slipway.Server/Processes/ProcessEndpoints.cs"] = "clients know a field named md5; it tells commands apart and protects nothing",
    };

    [Fact]
    public void Namespaces_EqualFolders()
    {
        var wrong = from file in Repository.Files
                    let declared = file.All<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString()
                    where declared is not null && declared != Expected(file)
                    select $"{file.Name} declares {declared}, its folder says {Expected(file)}";
        BudgetTests.AssertNone(wrong);
    }

    // The request and response records of a resource stay together, and so do an attribute-like helper and the type it serves.
    [Fact]
    public void PublicTypes_HaveFilesOfTheirOwn()
    {
        var wrong = from file in Repository.Files
                    where !file.IsTest
                    let types = file.All<BaseTypeDeclarationSyntax>().Where(IsTopLevel).Where(type => type.Modifiers.Any(SyntaxKind.PublicKeyword)).ToList()
                    where types.Count > 1 && !types.Any(type => IsNamed(type, file))
                    select $"{file.Name} holds {types.Count} public types, none of which has its name";
        BudgetTests.AssertNone(wrong);
    }

    [Fact]
    public void Classes_AreSealedOrStatic()
    {
        var wrong = from file in Repository.Files
                    from type in file.All<ClassDeclarationSyntax>()
                    where !type.Modifiers.Any(modifier => modifier.Kind() is SyntaxKind.SealedKeyword or SyntaxKind.StaticKeyword or SyntaxKind.AbstractKeyword)
                    select $"{file.Name}: {type.Identifier.Text}";
        BudgetTests.AssertNone(wrong);
    }

    [Fact]
    public void Interfaces_HaveTwoImplementations_OrAReason()
    {
        var types = Repository.Files.SelectMany(file => file.All<TypeDeclarationSyntax>()).ToList();
        var wrong = from type in types.OfType<InterfaceDeclarationSyntax>()
                    let name = type.Identifier.Text
                    let implementations = types.Count(other => other.BaseList?.Types.Any(b => BaseName().Match(b.Type.ToString()).Value == name) == true)
                    where implementations < 2 && !LoneInterfaces.ContainsKey(name)
                    select $"{name} has {implementations} implementation(s)";
        BudgetTests.AssertNone(wrong);
    }

    [Fact]
    public void Rules_AreNotSwitchedOffInSource()
    {
        var wrong = Repository.Files
            .Where(file => file.Root.DescendantTrivia().Any(trivia => trivia.IsKind(SyntaxKind.PragmaWarningDirectiveTrivia))
                || file.All<AttributeSyntax>().Any(attribute => attribute.Name.ToString().Contains("SuppressMessage", StringComparison.Ordinal)))
            .Select(file => file.Name)
            .Where(name => !Suppressions.ContainsKey(name));
        BudgetTests.AssertNone(wrong);
    }

    [Fact]
    public void Tests_AreNeverSkipped()
    {
        var wrong = Repository.Files.Where(file => file.IsTest)
            .Where(file => file.All<AttributeArgumentSyntax>().Any(argument => argument.NameEquals?.Name.Identifier.Text.StartsWith("Skip", StringComparison.Ordinal) == true))
            .Select(file => file.Name);
        BudgetTests.AssertNone(wrong);
    }

    [Fact]
    public void Source_HasNoRegions_AndNoOpenEnds()
    {
        var wrong = Repository.Files
            .Where(file => file.Root.DescendantTrivia().Any(trivia => trivia.IsKind(SyntaxKind.RegionDirectiveTrivia) || OpenEnd().IsMatch(trivia.ToString()))
                || file.All<IdentifierNameSyntax>().Any(name => name.Identifier.Text == nameof(NotImplementedException) && !file.Name.EndsWith("ShapeTests.cs", StringComparison.Ordinal)))
            .Select(file => file.Name);
        BudgetTests.AssertNone(wrong);
    }

    private static bool IsTopLevel(BaseTypeDeclarationSyntax type) => type.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax;

    private static bool IsNamed(BaseTypeDeclarationSyntax type, SourceFile file) =>
        Path.GetFileName(file.Name).StartsWith(type.Identifier.Text, StringComparison.Ordinal)
        || type.Identifier.Text.StartsWith(Path.GetFileName(file.Name).Split('.')[0], StringComparison.Ordinal);

    private static string Expected(SourceFile file)
    {
        var parts = Path.GetDirectoryName(file.Name)!.Replace('\\', '/').Split('/').Skip(1);
        return string.Join('.', parts);
    }

    [GeneratedRegex(@"\A[A-Za-z]+")]
    private static partial Regex BaseName();

    [GeneratedRegex(@"//\s*TODO(?!\s*#\d)")]
    private static partial Regex OpenEnd();
}
