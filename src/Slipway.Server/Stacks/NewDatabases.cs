using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Engine.Stacks;

namespace Slipway.Server.Stacks;

/// <summary>Gives a stack the databases that its servers' roles ask for, with credentials of their own. Existing ones stay as they are.</summary>
internal static class NewDatabases
{
    /// <summary>Call it inside of a write.</summary>
    public static async Task AddMissingAsync(AppDb db, int stackId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.Include(row => row.Servers).FirstAsync(row => row.Id == stackId, cancellationToken);
        var present = await db.StackDatabases.Where(row => row.StackId == stackId).Select(row => row.Kind).ToListAsync(cancellationToken);
        foreach (var kind in DatabaseKinds.Installable.Except(present))
        {
            if (stack.Servers.Where(server => server.HasRole(kind)).MinBy(server => server.Id) is { } home)
                db.StackDatabases.Add(await MakeAsync(db, stack, home, kind, now, cancellationToken));
        }
    }

    private static async Task<StackDatabase> MakeAsync(
        AppDb db, Stack stack, Servers.Server home, string kind, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var taken = await db.StackDatabases.Where(row => row.Kind == kind && row.Server!.MachineId == home.MachineId)
            .Select(row => row.Port).ToListAsync(cancellationToken);
        var hasName = kind is DatabaseKinds.PostgreSql or DatabaseKinds.MySql;
        return new()
        {
            StackId = stack.Id,
            Kind = kind,
            ServerId = home.Id,
            Port = DatabaseKinds.ChoosePort(kind, taken),
            Username = kind is DatabaseKinds.Memcached ? "" : stack.Slug,
            Password = new(kind is DatabaseKinds.Memcached ? "" : RandomNumberGenerator.GetHexString(32, lowercase: true)),
            Database = hasName ? stack.Slug : "",
            CreatedAt = now,
        };
    }
}
