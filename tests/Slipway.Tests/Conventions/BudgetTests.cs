using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Slipway.Tests.Conventions;

/// <summary>Keeps files, methods and folders small enough to be read at a glance.</summary>
public sealed class BudgetTests
{
    private const double MostlyShare = 0.95;

    [Fact]
    public void Files_AreShort()
    {
        AssertNone(Repository.Files.Where(file => file.Lines > (file.IsTest ? 500 : 400)).Select(file => $"{file.Name}: {file.Lines} lines"));
        AssertMostly(Repository.Files.Where(file => !file.IsTest).Select(file => (file.Name, file.Lines)), 200);
    }

    [Fact]
    public void Methods_AreShort()
    {
        var methods = Repository.Files
            .SelectMany(file => file.All<BaseMethodDeclarationSyntax>(), (file, method) => (Name: $"{file.Name}: {NameOf(method)}", Lines: SourceFile.LinesOf(method)))
            .ToList();
        AssertNone(methods.Where(method => method.Lines > 80).Select(method => $"{method.Name} has {method.Lines} lines"));
        AssertMostly(methods, 35);
    }

    [Fact]
    public void Constructors_TakeFewArguments()
    {
        var constructors = Repository.Files.SelectMany(
            file => file.All<ConstructorDeclarationSyntax>().Select(constructor => (Name: constructor.Identifier.Text, constructor.ParameterList.Parameters.Count))
                .Concat(file.All<ClassDeclarationSyntax>().Where(type => type.ParameterList is not null)
                    .Select(type => (Name: type.Identifier.Text, type.ParameterList!.Parameters.Count))),
            (file, constructor) => (file, constructor));
        AssertNone(constructors.Where(pair => pair.constructor.Count > 6)
            .Select(pair => $"{pair.file.Name}: {pair.constructor.Name} takes {pair.constructor.Count} arguments"));
    }

    [Fact]
    public void Folders_HoldFewFiles() => AssertNone(Repository.Files.GroupBy(file => file.Folder).Where(folder => folder.Count() > 20)
        .Select(folder => $"{Path.GetRelativePath(Repository.Root, folder.Key)} holds {folder.Count()} files"));

    [Fact]
    public void Comments_AreFew()
    {
        var source = Repository.Files.Where(file => !file.IsTest).ToList();
        var comments = source.Sum(file => file.Root.DescendantTrivia().Count(IsPlainComment));
        var share = 100.0 * comments / source.Sum(file => file.Lines);
        Assert.True(share <= 5, $"{share:0.0} lines of a hundred are comments.");
    }

    private static bool IsPlainComment(SyntaxTrivia trivia) =>
        trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia);

    private static string NameOf(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax named => named.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        _ => method.Kind().ToString(),
    };

    private static void AssertMostly(IEnumerable<(string Name, int Lines)> items, int budget)
    {
        var all = items.ToList();
        var over = all.Where(item => item.Lines > budget).OrderByDescending(item => item.Lines).ToList();
        Assert.True(
            over.Count <= all.Count * (1 - MostlyShare),
            $"{over.Count} of {all.Count} have more than {budget} lines:\n{string.Join('\n', over.Select(item => $"{item.Name}: {item.Lines}"))}");
    }

    internal static void AssertNone(IEnumerable<string> violations)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
