using Microsoft.EntityFrameworkCore;
using Slipway.Engine.Stacks;
using Slipway.Server.Stacks;

namespace Slipway.Server.ServerGroups;

/// <summary>One group of servers for each component of a stack, made when its first server comes.</summary>
internal static class ComponentGroups
{
    private const string PlainRack = "rack";

    /// <summary>Finds or makes the group of a role, which the caller saves.</summary>
    public static async Task<ServerGroup> OfAsync(AppDb db, Stack stack, string role, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var type = TypeOf(stack, role);
        var group = db.ServerGroups.Local.FirstOrDefault(group => group.StackId == stack.Id && group.Type == type)
            ?? await db.ServerGroups.FirstOrDefaultAsync(group => group.StackId == stack.Id && group.Type == type, cancellationToken);
        if (group is not null)
            return group;
        group = new() { StackId = stack.Id, Type = type, Name = NameOf(type), CreatedAt = now, UpdatedAt = now };
        db.ServerGroups.Add(group);
        return group;
    }

    /// <summary>Names the group of the web servers after a framework that an analysis has just found. The caller saves.</summary>
    public static async Task FollowFrameworkAsync(AppDb db, Stack stack, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var type = TypeOf(stack, ServerRoles.Web);
        var group = await db.ServerGroups.FirstOrDefaultAsync(
            group => group.StackId == stack.Id && group.Type != ServerRoles.Build && !DatabaseKinds.Installable.Contains(group.Type), cancellationToken);
        if (group is null || group.Type == type)
            return;
        group.Type = type;
        group.Name = NameOf(type);
        group.UpdatedAt = now;
    }

    /// <summary>What the API calls a role: servers that run the code go by its framework.</summary>
    public static string TypeOf(Stack stack, string role) => role is ServerRoles.Web or ServerRoles.Docker ? stack.Framework ?? PlainRack : role;

    private static string NameOf(string type) => type switch
    {
        "rails" => "Rails Server",
        "sinatra" => "Sinatra Server",
        "padrino" => "Padrino Server",
        DatabaseKinds.PostgreSql => "PostgreSQL Server",
        DatabaseKinds.MySql => "MySQL Server",
        DatabaseKinds.Redis => "Redis Server",
        DatabaseKinds.Memcached => "Memcached Server",
        StackSpec.DockerFramework => "Docker Server",
        ServerRoles.Build => "Build Server",
        _ => "Rack Server",
    };
}
