using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Slipway.Contracts.Audit;
using Slipway.Engine;

namespace Slipway.Server.Platform.Audit;

/// <summary>What one save did to one row, as far as an audit entry may tell.</summary>
internal sealed class RecordedChange
{
    public const string Added = "added";
    public const string Changed = "changed";
    public const string Removed = "removed";
    public const string Read = "read";
    public const string Refused = "refused";
    public const string Opened = "opened";
    public const string Ended = "ended";
    public const string Secret = "(secret)";
    private const int MaxText = 300;

    private static readonly string[] NameProperties = ["Email", "Name", "Key", "Kind", "Address", "Uid", "Release", "Process"];

    public required string Type { get; init; }

    public required string Change { get; init; }

    public string Id { get; private set; } = "";

    public string? Name { get; set; }

    public JsonObject? Before { get; init; }

    public JsonObject? After { get; init; }

    public int? AccountId { get; private set; }

    public int? StackId { get; set; }

    public int? ServerId { get; private set; }

    public int? UserId { get; set; }

    /// <summary>Null when the row changed in nothing that matters.</summary>
    public static RecordedChange? From(EntityEntry entry)
    {
        if (AuditPolicy.For(entry) is not { } policy)
            return null;
        var (before, after) = entry.State switch
        {
            EntityState.Added => (null, Values(entry, policy, property => property.CurrentValue)),
            EntityState.Deleted => (Values(entry, policy, property => property.OriginalValue), null),
            _ => Differences(entry, policy),
        };
        if (before is null && after is null)
            return null;
        var change = new RecordedChange
        {
            Type = AuditPolicy.NameOf(entry.Metadata.ClrType),
            Change = entry.State switch { EntityState.Added => Added, EntityState.Deleted => Removed, _ => Changed },
            Before = before,
            After = after,
        };
        change.ReadKeys(entry);
        return change;
    }

    /// <summary>Looks again once the row is saved: only then it has its id.</summary>
    public void ReadKeys(EntityEntry entry)
    {
        Id = string.Join(' ', entry.Metadata.FindPrimaryKey()!.Properties.Select(key => Text(entry.Property(key.Name).CurrentValue)));
        Name ??= NameProperties.Where(name => entry.Metadata.FindProperty(name) is not null).Select(name => Text(entry.Property(name).CurrentValue))
            .FirstOrDefault(text => text.Length > 0);
        AccountId = entry.Entity is Accounts.Account account ? account.Id : Number(entry, "AccountId");
        StackId = entry.Entity is Stacks.Stack stack ? stack.Id : Number(entry, "StackId");
        ServerId = Number(entry, "ServerId");
        UserId = entry.Entity is Users.User user ? user.Id : Number(entry, "UserId");
    }

    public AuditChange ToRecord() => new(Type, Id, Name ?? Id, Change, Before, After);

    private static JsonObject Values(EntityEntry entry, AuditPolicy policy, Func<PropertyEntry, object?> value) => new(
        entry.Properties.Where(property => policy.IsShown(property.Metadata))
            .Select(property => KeyValuePair.Create(NameOf(property), Show(value(property)))));

    // Not all that is marked as modified is: Identity marks every property of a person.
    private static (JsonObject? Before, JsonObject? After) Differences(EntityEntry entry, AuditPolicy policy)
    {
        var differing = entry.Properties.Where(property => property.IsModified && !policy.IsQuiet(property.Metadata)
            && !property.Metadata.GetValueComparer().Equals(property.OriginalValue, property.CurrentValue)).ToList();
        if (differing.Count == 0)
            return default;
        var (before, after) = (new JsonObject(), new JsonObject());
        foreach (var property in differing)
        {
            var isShown = policy.IsShown(property.Metadata);
            before[NameOf(property)] = isShown ? Show(property.OriginalValue) : Secret;
            after[NameOf(property)] = isShown ? Show(property.CurrentValue) : Secret;
        }
        return (before, after);
    }

    private static string NameOf(PropertyEntry property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Metadata.Name);

    private static JsonNode? Show(object? value) => value switch
    {
        null => null,
        bool truth => truth,
        int number => number,
        long number => number,
        Slipway.Engine.Secret => Secret,
        _ => Text(value) is { Length: > MaxText } text ? text[..MaxText] + "…" : Text(value),
    };

    private static string Text(object? value) => value switch
    {
        Enum name => JsonNamingPolicy.SnakeCaseLower.ConvertName(name.ToString()),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static int? Number(EntityEntry entry, string property) =>
        entry.Metadata.FindProperty(property) is not null ? entry.Property(property).CurrentValue as int? : null;
}
