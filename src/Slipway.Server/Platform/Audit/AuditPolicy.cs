using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Slipway.Server.Accounts;
using Slipway.Server.Actions;
using Slipway.Server.Applications;
using Slipway.Server.Audit;
using Slipway.Server.Containers;
using Slipway.Server.Deployments;
using Slipway.Server.Environments;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Data.Keys;
using Slipway.Server.Platform.Idempotency;
using Slipway.Server.Platform.Limits;
using Slipway.Server.Platform.Schedules;
using Slipway.Server.Processes;
using Slipway.Server.ServerGroups;
using Slipway.Server.Servers;
using Slipway.Server.Stacks;
using Slipway.Server.Users;

namespace Slipway.Server.Platform.Audit;

/// <summary>
/// Which values an audit entry may show. What is not listed is hidden: that it changed is written down, the value never, so that a secret
/// has no way in. A kind of thing that nobody listed is audited with all its values hidden.
/// </summary>
/// <param name="Shown">Names of the properties whose values may be shown.</param>
/// <param name="Quiet">Names of the properties whose changes mean nothing: counters, caches, what follows from something else.</param>
internal sealed record AuditPolicy(string[] Shown, string[] Quiet)
{
    private static readonly FrozenSet<string> AlwaysQuiet = new[] { "CreatedAt", "UpdatedAt", "ConcurrencyStamp" }.ToFrozenSet();

    /// <summary>Machinery: nobody's change, and some of it many times a second.</summary>
    private static readonly FrozenSet<Type> Ignored = new[]
    {
        typeof(AuditEntry), typeof(AuditHead), typeof(InstallationValue), typeof(JournalStep), typeof(JournalTicket), typeof(LogLine),
        typeof(IdempotentRequest), typeof(ProtectionKey), typeof(RequestCount), typeof(Schedule),
        // They follow from deployments and from wanted numbers, which are audited.
        typeof(Container),
        // Consents are noted where people give them and take them back; what comes of a code is a token, and that is audited.
        typeof(Authorization), typeof(AuthorizationCode),
    }.ToFrozenSet();

    private static readonly AuditPolicy Hidden = new([], []);

    private static readonly FrozenDictionary<Type, AuditPolicy> Listed = new Dictionary<Type, AuditPolicy>
    {
        [typeof(AccessRight)] = new([nameof(AccessRight.Level)], []),
        [typeof(AccessToken)] = new([nameof(AccessToken.Name), nameof(AccessToken.Scopes), nameof(AccessToken.ExpiresAt)], [nameof(AccessToken.LastUsedAt)]),
        [typeof(Account)] = new([nameof(Account.Name), nameof(Account.OwnerId), nameof(Account.SuspendedAt), nameof(Account.SuspendedFor)], []),
        [typeof(Application)] = new(
            [nameof(Application.DisplayName), nameof(Application.ClientId), nameof(Application.RedirectUris)],
            [nameof(Application.ConcurrencyToken), nameof(Application.ApplicationType), nameof(Application.ClientType), nameof(Application.ConsentType)]),
        [typeof(Deployment)] = new(
            [nameof(Deployment.GitRef), nameof(Deployment.GitHash), nameof(Deployment.Type), nameof(Deployment.Outcome), nameof(Deployment.IsLive), nameof(Deployment.Release)],
            [nameof(Deployment.IsKept), nameof(Deployment.FinishedAt), nameof(Deployment.Message), nameof(Deployment.RevertedAt), nameof(Deployment.RevertedBy)]),
        [typeof(Device)] = new([nameof(Device.DeviceType), nameof(Device.SubType), nameof(Device.Enabled)], []),
        [typeof(EnvironmentVariable)] = new(
            [nameof(EnvironmentVariable.Key), nameof(EnvironmentVariable.IsGenerated), nameof(EnvironmentVariable.IsPassword), nameof(EnvironmentVariable.IsReadonly)], []),
        [typeof(Invitation)] = new(
            [nameof(Invitation.Email), nameof(Invitation.CanCreateStack), nameof(Invitation.CanAdminUsers), nameof(Invitation.DefaultLevel), nameof(Invitation.ExpiresAt)], []),
        [typeof(Machine)] = new(
            [nameof(Machine.Address), nameof(Machine.Port), nameof(Machine.UserName), nameof(Machine.HostKey)],
            [
                nameof(Machine.Distribution), nameof(Machine.DistributionVersion), nameof(Machine.Codename), nameof(Machine.Architecture),
                nameof(Machine.Cores), nameof(Machine.MemoryBytes), nameof(Machine.Addresses), nameof(Machine.HasHelper), nameof(Machine.FactsReadAt),
            ]),
        [typeof(Membership)] = new(
            [nameof(Membership.Role), nameof(Membership.CanCreateStack), nameof(Membership.CanAdminUsers), nameof(Membership.DefaultLevel)], []),
        [typeof(ProcessCount)] = new([nameof(ProcessCount.Process), nameof(ProcessCount.Count)], []),
        [typeof(Servers.Server)] = new(
            [nameof(Servers.Server.Name), nameof(Servers.Server.Roles)],
            [nameof(Servers.Server.ProvisionedDigest), nameof(Servers.Server.Health), nameof(Servers.Server.HasDefaultRoles)]),
        [typeof(ServerGroup)] = new([nameof(ServerGroup.Name), nameof(ServerGroup.Type)], []),
        [typeof(Stack)] = new(
            [
                nameof(Stack.Name), nameof(Stack.Uid), nameof(Stack.Environment), nameof(Stack.GitBranch), nameof(Stack.MaintenanceMode),
                nameof(Stack.HostLabel), nameof(Stack.AssetPrefix), nameof(Stack.AllowedWebSource), nameof(Stack.ReconfigureNginx), nameof(Stack.HostAccess),
            ],
            [
                nameof(Stack.Epoch), nameof(Stack.BesideEpoch), nameof(Stack.Status), nameof(Stack.Health), nameof(Stack.Message), nameof(Stack.LastActivityAt), nameof(Stack.Analysis),
                nameof(Stack.Language), nameof(Stack.Framework), nameof(Stack.Slug), nameof(Stack.SshPublicKey), nameof(Stack.GitPublicKey),
            ]),
        [typeof(StackAction)] = new(
            [nameof(StackAction.Name), nameof(StackAction.ResourceType), nameof(StackAction.IsSuccess), nameof(StackAction.CancelledBy)],
            [
                nameof(StackAction.Payload), nameof(StackAction.State), nameof(StackAction.ClaimedAt), nameof(StackAction.FinishedAt), nameof(StackAction.Message),
                nameof(StackAction.TraceParent),
            ]),
        [typeof(StackDatabase)] = new(
            [nameof(StackDatabase.Kind), nameof(StackDatabase.Address), nameof(StackDatabase.Port), nameof(StackDatabase.Database)], []),
        [typeof(User)] = new(
            [
                nameof(User.Email), nameof(User.TwoFactorEnabled), nameof(User.LockoutEnd), nameof(User.LockedAt), nameof(User.LastLoginAt),
                nameof(User.Timezone),
            ],
            [
                nameof(User.AccessFailedCount), nameof(User.SecurityStamp), nameof(User.UserName), nameof(User.NormalizedUserName),
                nameof(User.NormalizedEmail), nameof(User.EmailConfirmed), nameof(User.LockoutEnabled), nameof(User.PrimaryAccountId),
            ]),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, string> Names = new Dictionary<Type, string>
    {
        [typeof(StackAction)] = "action",
        [typeof(StackDatabase)] = "database",
        [typeof(IdentityUserToken<int>)] = "second_factor",
    }.ToFrozenDictionary();

    /// <summary>Null for what is not audited at all.</summary>
    public static AuditPolicy? For(EntityEntry entry) =>
        Ignored.Contains(entry.Metadata.ClrType) ? null : Listed.GetValueOrDefault(entry.Metadata.ClrType, Hidden);

    public static string NameOf(Type type) =>
        Names.GetValueOrDefault(type) ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(type.Name.Split('`')[0]);

    public bool IsShown(IReadOnlyProperty property) => Shown.Contains(property.Name);

    public bool IsQuiet(IReadOnlyProperty property) =>
        property.IsKey() || property.IsForeignKey() || AlwaysQuiet.Contains(property.Name) || Quiet.Contains(property.Name);
}
