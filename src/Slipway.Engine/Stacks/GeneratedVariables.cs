using System.Globalization;
using Slipway.Engine.Provisioning;

namespace Slipway.Engine.Stacks;

/// <summary>A variable that Slipway makes.</summary>
internal sealed record GeneratedVariable(string Key, Secret Value)
{
    /// <summary>Whether users may not change it.</summary>
    public bool IsReadonly { get; init; }

    public bool IsPassword { get; init; }
}

/// <summary>The variables that every stack has, and those by which its code finds its databases. What differs from server to server is not among them.</summary>
internal static class GeneratedVariables
{
    public static IReadOnlyList<GeneratedVariable> For(StackSpec stack, string gitBranch)
    {
        var paths = stack.Paths;
        List<GeneratedVariable> variables =
        [
            Fixed("RAILS_ENV", stack.Environment),
            Fixed("RACK_ENV", stack.Environment),
            Fixed("STACK_PATH", paths.Current),
            Fixed("RAILS_STACK_PATH", paths.Current),
            Fixed("STACK_BASE", paths.Base),
            Fixed("STACK_GIT_BRANCH", gitBranch),
        ];
        variables.AddRange(WebAddresses(stack));
        foreach (var database in stack.Databases)
            variables.AddRange(OfDatabase(stack, database));
        return variables;
    }

    private static IEnumerable<GeneratedVariable> WebAddresses(StackSpec stack)
    {
        List<ServerSpec> servers = [.. stack.WebServers];
        if (servers.Count == 0)
            yield break;
        yield return Fixed("WEB_ADDRESS_INT", servers[0].PrivateAddress);
        yield return Fixed("WEB_ADDRESS_EXT", servers[0].Machine.Address);
        yield return Fixed("WEB_ADDRESSES_INT", string.Join(',', servers.Select(server => server.PrivateAddress)));
        yield return Fixed("WEB_ADDRESSES_EXT", string.Join(',', servers.Select(server => server.Machine.Address)));
    }

    private static IEnumerable<GeneratedVariable> OfDatabase(StackSpec stack, DatabaseSpec database)
    {
        var prefix = database.Kind.ToUpperInvariant();
        var server = stack.Servers.FirstOrDefault(server => server.Uid == database.ServerUid);
        var inside = DatabaseNetwork.AddressOf(stack, database);
        var outside = server?.Machine.Address ?? database.Address ?? "";
        yield return Fixed($"{prefix}_ADDRESS_INT", inside);
        yield return Fixed($"{prefix}_ADDRESS_EXT", outside);
        yield return Changeable($"{prefix}_ADDRESS", $"{{{{{prefix}_ADDRESS_INT}}}}");
        yield return Changeable($"{prefix}_PORT", DatabasePorts.Of(database).ToString(CultureInfo.InvariantCulture));
        if (database.Username.Length > 0)
            yield return Changeable($"{prefix}_USERNAME", database.Username);
        if (database.Password.Reveal().Length > 0)
            yield return new($"{prefix}_PASSWORD", database.Password) { IsPassword = true };
        if (database.Database.Length > 0)
            yield return Changeable($"{prefix}_DATABASE", database.Database);
        yield return Url($"{prefix}_URL_INT", database, inside);
        yield return Url($"{prefix}_URL_EXT", database, outside);
        yield return Url($"{prefix}_URL", database, inside);
        if (IsPrimarySql(stack, database))
            yield return Url("DATABASE_URL", database, inside);
    }

    // PostgreSQL comes first where a stack has both.
    private static bool IsPrimarySql(StackSpec stack, DatabaseSpec database) => database.Kind is DatabaseKinds.PostgreSql
        || (database.Kind is DatabaseKinds.MySql && stack.Databases.All(other => other.Kind != DatabaseKinds.PostgreSql));

    private static GeneratedVariable Url(string key, DatabaseSpec database, string address)
    {
        var scheme = database.Kind switch
        {
            DatabaseKinds.PostgreSql => "postgresql",
            DatabaseKinds.MySql => "mysql2",
            DatabaseKinds.Elasticsearch => "http",
            DatabaseKinds.RabbitMq => "amqp",
            var kind => kind,
        };
        var password = Uri.EscapeDataString(database.Password.Reveal());
        var user = password.Length == 0 && database.Username.Length == 0 ? "" : $"{Uri.EscapeDataString(database.Username)}:{password}@";
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        var name = database.Database.Length > 0 ? $"/{Uri.EscapeDataString(database.Database)}" : database.Kind is DatabaseKinds.Redis ? "/0" : "";
        return new(key, new(string.Create(CultureInfo.InvariantCulture, $"{scheme}://{user}{host}:{DatabasePorts.Of(database)}{name}"))) { IsPassword = user.Length > 0 };
    }

    private static GeneratedVariable Fixed(string key, string value) => new(key, new(value)) { IsReadonly = true };

    private static GeneratedVariable Changeable(string key, string value) => new(key, new(value));
}
