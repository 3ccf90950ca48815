using System.Globalization;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning;

/// <summary>A variable that Slipway makes for a stack.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsReadonly">Whether users may not change it, as it only tells what is so.</param>
/// <param name="IsPassword">Whether the value is, or holds, a secret.</param>
internal sealed record GeneratedVariable(string Key, Secret Value, bool IsReadonly = true, bool IsPassword = false);

/// <summary>The environment variables that follow from what a stack is.</summary>
internal static class GeneratedVariables
{
    /// <summary>Those that are the same on all servers.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="gitBranch">The branch that is deployed.</param>
    /// <param name="secretKeyBase">Made once for the stack.</param>
    public static IReadOnlyList<GeneratedVariable> ForStack(StackSpec stack, string gitBranch, Secret secretKeyBase)
    {
        var web = stack.WebServers.OrderByDescending(server => server.IsPrimary).ToList();
        List<GeneratedVariable> variables =
        [
            Plain("RAILS_ENV", stack.Environment),
            Plain("RACK_ENV", stack.Environment),
            Plain("STACK_PATH", stack.Paths.Current),
            Plain("STACK_BASE", stack.Paths.Base),
            Plain("STACK_GIT_BRANCH", gitBranch),
            new("SECRET_KEY_BASE", secretKeyBase, IsReadonly: false, IsPassword: true),
        ];
        if (web.Count > 0)
            variables.AddRange(
            [
                Plain("WEB_ADDRESS_INT", web[0].PrivateAddress),
                Plain("WEB_ADDRESS_EXT", web[0].Machine.Address),
                Plain("WEB_ADDRESSES_INT", string.Join(',', web.Select(server => server.PrivateAddress))),
                Plain("WEB_ADDRESSES_EXT", string.Join(',', web.Select(server => server.Machine.Address))),
            ]);
        // A name can be had once: of several databases of a kind the first one has it.
        foreach (var database in stack.Databases.DistinctBy(database => database.Kind))
            variables.AddRange(ForDatabase(stack, database));
        if (stack.Databases.FirstOrDefault(database => database.Kind is DatabaseKinds.PostgreSql or DatabaseKinds.MySql) is { } primary)
            variables.Add(Url("DATABASE_URL", primary, DatabaseNetwork.AddressOf(stack, primary)));
        return variables;
    }

    /// <summary>Those that differ from server to server.</summary>
    public static IReadOnlyList<GeneratedVariable> ForServer(ServerSpec server) =>
        [Plain("SERVER_NAME", server.Name), Plain("PRIMARY", server.IsPrimary ? "true" : "false")];

    private static IEnumerable<GeneratedVariable> ForDatabase(StackSpec stack, DatabaseSpec database)
    {
        var name = database.Kind.ToUpperInvariant();
        var within = DatabaseNetwork.AddressOf(stack, database);
        var outside = database.IsExternal ? within : stack.Servers.First(server => server.Uid == database.ServerUid).Machine.Address;
        yield return Plain($"{name}_ADDRESS", within);
        yield return Plain($"{name}_ADDRESS_INT", within);
        yield return Plain($"{name}_ADDRESS_EXT", outside);
        if (database.Kind == DatabaseKinds.MongoDb)
            yield return Plain($"{name}_ADDRESSES", within);
        yield return Plain($"{name}_PORT", DatabasePorts.Of(database).ToString(CultureInfo.InvariantCulture));
        yield return Url($"{name}_URL", database, within);
        yield return Url($"{name}_URL_INT", database, within);
        yield return Url($"{name}_URL_EXT", database, outside);
        if (database.Username.Length > 0)
            yield return Plain($"{name}_USERNAME", database.Username);
        if (database.Password.Reveal().Length > 0)
            yield return new($"{name}_PASSWORD", database.Password, IsPassword: true);
        if (database.Database.Length > 0)
            yield return Plain($"{name}_DATABASE", database.Database);
    }

    private static GeneratedVariable Url(string key, DatabaseSpec database, string address)
    {
        var scheme = database.Kind switch
        {
            DatabaseKinds.MySql => "mysql2",
            DatabaseKinds.Elasticsearch => "http",
            var kind => kind,
        };
        var (user, password) = (Uri.EscapeDataString(database.Username), Uri.EscapeDataString(database.Password.Reveal()));
        var login = password.Length > 0 ? $"{user}:{password}@" : user.Length > 0 ? $"{user}@" : "";
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        var path = database.Database.Length > 0 ? "/" + Uri.EscapeDataString(database.Database) : "";
        return new(key, new($"{scheme}://{login}{host}:{DatabasePorts.Of(database)}{path}"), IsPassword: password.Length > 0);
    }

    private static GeneratedVariable Plain(string key, string value) => new(key, new(value));
}
