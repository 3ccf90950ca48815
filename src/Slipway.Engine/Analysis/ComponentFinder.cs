using System.Text.RegularExpressions;
using Slipway.Engine.Analysis.Gems;
using Slipway.Engine.Analysis.Settings;

namespace Slipway.Engine.Analysis;

/// <summary>Says which databases the application needs, from its gems and from config/database.yml.</summary>
internal static partial class ComponentFinder
{
    private const string DatabaseFile = "config/database.yml";

    private static readonly string[] ExternalOnly = ["mongodb", "elasticsearch"];

    public static IReadOnlyList<string> Find(RepositorySnapshot repository, Bundle bundle, string environment, Remarks remarks)
    {
        var (adapters, areOfEnvironment) = repository.Text(DatabaseFile) is { } text ? Adapters(text, environment) : ([], false);
        var needed = GemCatalog.Components.Where(entry => entry.Gems.Any(bundle.Has)).Select(entry => entry.Component).ToHashSet(StringComparer.Ordinal);
        needed.UnionWith(adapters.Select(ComponentOf).OfType<string>());
        if (repository.Has("config/mongoid.yml"))
            needed.Add("mongodb");
        // The gems show clients; when the file names the environment's adapters, those decide between the SQL databases.
        if (areOfEnvironment && adapters.Count > 0)
            needed.RemoveWhere(component => component is "postgresql" or "mysql" && !adapters.Any(adapter => ComponentOf(adapter) == component));
        if ((areOfEnvironment && adapters.Any(IsSqlite)) || (!areOfEnvironment && bundle.Has("sqlite3") && !needed.Contains("postgresql") && !needed.Contains("mysql")))
            remarks.Notes.Add("The application uses SQLite: a database file in the release folder is lost with the next deployment. Keep it in a folder outside of the release, or use PostgreSQL or MySQL.");
        foreach (var component in ExternalOnly.Where(needed.Contains))
            remarks.CannotDo.Add($"The application needs {component}, which Slipway does not install because Debian has no packages of it. Give the address of one that runs elsewhere.");
        return [.. GemCatalog.Components.Select(entry => entry.Component).Where(needed.Contains)];
    }

    /// <summary>The adapters of the environment, or those named anywhere when it has no section that says. ERB is read as its quoted default, if any.</summary>
    private static (IReadOnlyList<string> Names, bool AreOfEnvironment) Adapters(string text, string environment)
    {
        if (text.Length > YamlFile.MaxLength)
            return ([], false);
        var plain = ErbValue().Replace(ErbCode().Replace(text, ""), match => QuotedAdapter().Match(match.Value) is { Success: true } known ? known.Groups[1].Value : "erb");
        var root = YamlFile.TryRead(DatabaseFile, plain, out _) as YamlMap;
        if (root?.Map(environment) is { } section)
        {
            string[] own = [.. section.Entries.Values.OfType<YamlMap>().Select(Adapter).Prepend(Adapter(section)).OfType<string>().Distinct()];
            if (own.Length > 0 && own.All(IsKnown))
                return (own, true);
        }

        return ([.. AdapterLine().Matches(plain).Select(match => match.Groups[1].Value).Where(IsKnown).Where(adapter => !IsSqlite(adapter)).Distinct()], false);
    }

    private static string? Adapter(YamlMap map)
    {
        if (map.Text("adapter") is { } adapter)
            return adapter;
        var scheme = map.Text("url")?.Split("://")[0];
        return scheme is "postgres" ? "postgresql" : scheme;
    }

    private static bool IsKnown(string adapter) => ComponentOf(adapter) is not null || IsSqlite(adapter);

    private static bool IsSqlite(string adapter) => adapter is "sqlite3" or "sqlite";

    private static string? ComponentOf(string adapter) => adapter switch
    {
        "postgresql" or "postgis" or "postgres" => "postgresql",
        "mysql2" or "mysql" or "trilogy" => "mysql",
        "mongodb" => "mongodb",
        _ => null,
    };

    [GeneratedRegex(@"<%=.{0,1000}?%>", RegexOptions.Singleline)]
    private static partial Regex ErbValue();

    [GeneratedRegex(@"<%(?!=).{0,1000}?%>", RegexOptions.Singleline)]
    private static partial Regex ErbCode();

    [GeneratedRegex("""['"](postgresql|postgis|mysql2|trilogy|sqlite3)['"]""")]
    private static partial Regex QuotedAdapter();

    [GeneratedRegex("""^[ \t]*adapter:[ \t]*['"]?(\w+)""", RegexOptions.Multiline)]
    private static partial Regex AdapterLine();
}
