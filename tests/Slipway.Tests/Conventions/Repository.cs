using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Slipway.Tests.Conventions;

/// <summary>The repository's own source, for tests about how it reads.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>All C# files that people write: without generated migrations.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } =
    [
        .. new[] { "src", "tests", "bench" }.Select(folder => Path.Combine(Root, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}Migrations{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(SourceFile.Read),
    ];

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Slipway.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run inside of the repository.");
    }
}

/// <summary>One file and its syntax.</summary>
internal sealed record SourceFile(string Path, string Text, CompilationUnitSyntax Root)
{
    /// <summary>Path from the root of the repository, with slashes.</summary>
    public string Name => System.IO.Path.GetRelativePath(Repository.Root, Path).Replace('\\', '/');

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public bool IsTest => Name.StartsWith("tests/", StringComparison.Ordinal);

    public int Lines => Text.AsSpan().Count('\n');

    public IEnumerable<T> All<T>()
        where T : Microsoft.CodeAnalysis.SyntaxNode => Root.DescendantNodes().OfType<T>();

    public static SourceFile Read(string path)
    {
        var text = File.ReadAllText(path);
        return new(path, text, CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot());
    }

    public static int LinesOf(Microsoft.CodeAnalysis.SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }
}
