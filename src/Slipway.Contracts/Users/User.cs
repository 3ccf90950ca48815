using System.Text.Json.Serialization;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Users;

/// <summary>A person.</summary>
public sealed record User
{
    public required int Id { get; init; }

    public required string Email { get; init; }

    public required int PrimaryAccountId { get; init; }

    public IReadOnlyList<Membership> Accounts { get; init; } = [];

    public IReadOnlyList<AccessRight> AccessRights { get; init; } = [];

    public bool Locked { get; init; }

    public bool UsesTfa { get; init; }

    public string Timezone { get; init; } = "UTC";

    public bool HasValidPhone { get; init; }

    public bool DeveloperProgram { get; init; }

    public bool GithubLogin { get; init; }

    public DateTimeOffset? LastLogin { get; init; }

    public IReadOnlyList<Device> Devices { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public string CloudStatus { get; init; } = "unknown";
}

/// <summary>A person's place in an account.</summary>
/// <param name="Account">Id of the account.</param>
/// <param name="User">Id of the person.</param>
/// <param name="Role">owner or member.</param>
/// <param name="CanCreateStack">Whether new stacks may be made.</param>
/// <param name="CanAdminUsers">Whether other members may be managed.</param>
/// <param name="DefaultPermissionLevel">Level on stacks without a right of their own: 0 none, 10 view, 20 deploy, 30 control, 40 shell, 50 delete, 60 admin.</param>
public sealed record Membership(int Account, int User, string Role, bool CanCreateStack, bool CanAdminUsers, int DefaultPermissionLevel);

/// <summary>What a person may do with one stack.</summary>
public sealed record AccessRight(int User, string Stack, CodedValue AccessLevel);

/// <summary>A telephone or tablet that gets notifications.</summary>
public sealed record Device(
    int DeviceType,
    int? SubType,
    string Token,
    bool Enabled,
    [property: JsonConverter(typeof(RubyTimeConverter))] DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(RubyTimeConverter))] DateTimeOffset UpdatedAt)
{
    public DateTimeOffset CreatedAtIso => CreatedAt;

    public DateTimeOffset UpdatedAtIso => UpdatedAt;
}

/// <summary>A device to be added or changed.</summary>
/// <param name="Token">What the push service knows it by.</param>
/// <param name="DeviceType">1 iOS, 2 Android.</param>
/// <param name="SubType">Of an iOS device: 1 iPhone, 2 iPad, 3 iPod.</param>
public sealed record SaveDevice(string Token, int DeviceType, int? SubType = null);
