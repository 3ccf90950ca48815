using Slipway.Contracts.Servers;

namespace Slipway.Dashboard.Pages.Servers;

/// <summary>What a person types to add a server whose host key was shown.</summary>
public sealed class NewServerForm
{
    public const string Pasted = "pasted";

    public string? Address { get; set; }

    public int Port { get; set; } = 22;

    public string? HostKey { get; set; }

    public string? UserName { get; set; }

    /// <summary>stack for the stack's own key, or <see cref="Pasted"/>.</summary>
    public string? Key { get; set; }

    public string? PrivateKey { get; set; }

    public string? Name { get; set; }

    public AddServer ToRequest(IReadOnlyList<string> roles) => new()
    {
        Address = Address?.Trim() ?? "",
        Port = Port,
        HostKey = HostKey,
        UserName = string.IsNullOrWhiteSpace(UserName) ? "root" : UserName.Trim(),
        PrivateKey = Key == Pasted && !string.IsNullOrWhiteSpace(PrivateKey) ? PrivateKey.ReplaceLineEndings("\n") : null,
        Name = string.IsNullOrWhiteSpace(Name) ? null : Name.Trim(),
        Roles = roles,
    };
}
