using System.Linq.Expressions;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Git;
using Slipway.Server.Hooks;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;
using Record = Slipway.Contracts.Stacks.Stack;

namespace Slipway.Server.Stacks;

/// <summary>Stacks as the API shows them.</summary>
internal static class StackRecords
{
    public static Expression<Func<Stack, Record>> From(PublicOptions options, Caller caller)
    {
        var (shape, userId, accountId, showsHook) = (Shape(options), caller.UserId, caller.AccountId, caller.Has(Scopes.Redeploy));
        return Inlining.Inline<Func<Stack, Record>>(stack => shape.Call(stack, userId, accountId, showsHook));
    }

    /// <summary>The record of a stack for a person in an account, with the hook where the token's scopes allow it.</summary>
    public static Expression<Func<Stack, int, int, bool, Record>> Shape(PublicOptions options)
    {
        // EF keeps no object in a compiled query, only texts.
        var (domain, hooks) = (options.BaseDomain, options.Link(HookAddress.Root));
        return (stack, userId, accountId, showsHook) => new()
        {
            Uid = stack.Uid,
            Name = stack.Name,
            Git = Display(stack.GitUrl),
            GitBranch = stack.GitBranch,
            Environment = stack.Environment,
            Cloud = "no_cloud",
            Fqdn = StackNames.Fqdn(stack.HostLabel, stack.Environment, domain),
            Language = stack.Language,
            Framework = stack.Framework,
            Status = stack.Status,
            Health = stack.Health,
            LastActivity = stack.LastActivityAt,
            MaintenanceMode = stack.MaintenanceMode,
            CreatedAt = stack.CreatedAt,
            UpdatedAt = stack.UpdatedAt,
            DeployDirectory = "/var/deploy/" + stack.Slug,
            CloudStatus = CloudStatus(stack.Health, stack.MaintenanceMode),
            IsBusy = stack.Actions.Any(action => action.FinishedAt == null),
            AppUrl = AppUrl(stack.Servers
                .Where(server => stack.Deployments.Any(deployment => deployment.IsLive)
                    && ((" " + server.Roles + " ").Contains(" web ") || (" " + server.Roles + " ").Contains(" docker ")))
                .OrderBy(server => server.Id)
                .Select(server => server.Machine!.Address)
                .FirstOrDefault()),
            // Who has the hook can redeploy, so it is shown to those only who may.
            RedeployHook = showsHook && stack.HookKey != null && StackAccess.IsAllowed.Call(stack, userId, accountId, AccessLevel.Deploy)
                ? HookAddress.For(hooks, stack.HookKey, stack.HookToken) : null,
        };
    }

    // A token in the address is redacted.
    private static string Display(string gitUrl) => GitUrl.TryParse(gitUrl, out var url, out _) ? url.Display : "";

    private static string CloudStatus(int health, bool isInMaintenance) => (isInMaintenance, health) switch
    {
        (true, _) => "maintenance",
        (_, StackHealth.Healthy) => "healthy",
        (_, StackHealth.Impaired) => "partial",
        (_, StackHealth.Failed) => "faulty",
        _ => "unknown",
    };

    private static string? AppUrl(string? address) => address switch
    {
        null => null,
        _ when address.Contains(':', StringComparison.Ordinal) => $"http://[{address}]/",
        _ => $"http://{address}/",
    };
}
