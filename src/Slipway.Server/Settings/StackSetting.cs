using System.Text.Json.Nodes;
using Slipway.Server.Stacks;
using Record = Slipway.Contracts.Settings.Setting;

namespace Slipway.Server.Settings;

/// <summary>One setting of stacks: how it is read, and how it is changed.</summary>
internal sealed record StackSetting(string Key, Func<Stack, JsonNode?> Read)
{
    /// <summary>Changes the stack as the value says and returns null, or returns what is wrong with the value. Null for read-only settings.</summary>
    public Func<Stack, string, string?>? Change { get; init; }

    /// <summary>Whether a list of the stack's settings has it. Those of 2014 are in each; clients of that time know no others.</summary>
    public Func<Stack, bool> IsListed { get; init; } = _ => true;

    /// <summary>Whether rights on the stack do not suffice to change it.</summary>
    public bool NeedsAccountAdmin { get; init; }

    public string Warning { get; init; } = "";

    public string Id => IdOf(Key);

    public static string IdOf(string key) => key.Replace('.', '-');

    /// <summary>Whether this setting is meant, with dots or with dashes.</summary>
    public bool IsNamed(string id) => IdOf(id) == Id;

    public Record ToRecord(Stack stack) => new()
    {
        Id = Id,
        Key = Key,
        Value = Read(stack),
        Readonly = Change is null,
        WarningText = Warning,
    };
}
