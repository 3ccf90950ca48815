using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Engine;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Git;
using Slipway.Server.Actions;
using Slipway.Server.Hooks;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Servers;
using Slipway.Server.Users;
using Request = Slipway.Contracts.Stacks.CreateStack;

namespace Slipway.Server.Stacks;

/// <summary>Makes a stack with its keys, enrols the servers that come with it, and has its repository analysed.</summary>
internal sealed partial class CreateStack(
    AppDb db, Caller caller, ActionQueue queue, EnrolServer enrolment, IOptions<PublicOptions> options, TimeProvider time)
{
    public const string Kind = "stack_create";
    private const int MaxName = 60;

    public static Task<Results<Ok<ApiResponse<CreatedStack>>, ApiProblem>> Handle(
        ApiParameters parameters, CreateStack create, CancellationToken cancellationToken) =>
        create.RunAsync(parameters.Read<Request>(), cancellationToken);

    /// <summary>What the handler of the action is told.</summary>
    internal sealed record Payload(bool Deploy);

    private async Task<Results<Ok<ApiResponse<CreatedStack>>, ApiProblem>> RunAsync(Request request, CancellationToken cancellationToken)
    {
        if (Refuse(request) is { } problem)
            return ApiProblem.BadRequest(problem);
        if (!await MayCreateAsync(cancellationToken))
            return ApiProblem.Forbidden("You may not make stacks in this account. Ask its owner for that right.");
        // Looked at before any machine is touched, and again when the row is written.
        if (await IsTakenAsync(request.Name, cancellationToken))
            return Taken(request.Name);

        var slug = StackNames.Slug(request.Name);
        var (ssh, git) = (SshKeyPair.Create($"slipway-{slug}"), SshKeyPair.Create($"slipway-{slug}-deploy-key"));
        var stack = NewStack(request, ssh, git);
        var enrolled = new List<EnrolledServer>();
        foreach (var server in request.Servers)
            enrolled.Add(await enrolment.EnrolAsync(server, stack, enrolled, cancellationToken));

        // A row for each attempt: one that lost against another writer is not as it was before.
        var action = await db.WriteAsync(cancel => StoreAsync(request, NewStack(request, ssh, git), enrolled, cancel), cancellationToken);
        if (action is null)
            return Taken(request.Name);
        var record = await db.Stacks.Where(row => row.Id == action.StackId).Select(StackRecords.From(options.Value, caller)).FirstAsync(cancellationToken);
        return Api.Ok(new CreatedStack(record, await ActionRecords.StartAsync(queue, db, action, cancellationToken)));
    }

    public static string? RefuseName(string name) =>
        PlainText.IsLine(name, MaxName) ? null : $"name must have 1 to {MaxName} printable characters, without spaces at its ends.";

    private static string? Refuse(Request request)
    {
        if (RefuseName(request.Name) is { } problem)
            return problem;
        if (!EnvironmentName.IsMatch(request.Environment))
            return "environment must have 1 to 30 lower-case letters, digits and underscores, and begin with a letter.";
        var (hasGit, definition) = (request.Git is { Length: > 0 }, DefinitionOf(request));
        if (!hasGit && definition is null)
            return "git is missing: the address of the repository. A stack does without only where each service of its service_yaml names an image.";
        if (hasGit && !GitUrl.TryParse(request.Git!, out _, out var gitError))
            return $"git: {gitError}";
        if (definition is not null && PostedDefinition.FindMistakes(definition, request.Environment, hasGit) is { } mistakes)
            return mistakes;
        if (!hasGit && request.GitBranch is { Length: > 0 })
            return "git_branch needs git, the address of the repository.";
        if (request.GitBranch is { Length: > 0 } && !GitRef.TryParse(request.GitBranch, out _, out var branchError))
            return $"git_branch: {branchError}";
        return request is { Deploy: true, Servers.Count: 0 } ? "deploy needs at least one server in servers." : null;
    }

    private static string? DefinitionOf(Request request) => string.IsNullOrWhiteSpace(request.ServiceYaml) ? null : request.ServiceYaml;

    private static ApiProblem Taken(string name) =>
        ApiProblem.Conflict($"The account has a stack named '{name}' already. Choose another name.");

    private Task<bool> MayCreateAsync(CancellationToken cancellationToken) => db.Memberships.AnyAsync(
        membership => membership.AccountId == caller.AccountId && membership.UserId == caller.UserId && membership.CanCreateStack, cancellationToken);

    private Task<bool> IsTakenAsync(string name, CancellationToken cancellationToken) =>
        db.Stacks.AnyAsync(stack => stack.AccountId == caller.AccountId && stack.Name == name, cancellationToken);

    private Stack NewStack(Request request, SshKeyPair ssh, SshKeyPair git)
    {
        var now = time.GetUtcNow();
        var slug = StackNames.Slug(request.Name);
        return new()
        {
            Uid = Guid.NewGuid().ToString("N"),
            AccountId = caller.AccountId,
            Name = request.Name,
            Slug = slug,
            HostLabel = slug,
            Environment = request.Environment,
            GitUrl = request.Git?.Trim() ?? "",
            GitBranch = request.GitBranch ?? "",
            ServiceYaml = DefinitionOf(request),
            Status = StackStatus.Queued,
            // Above whatever an earlier stack of the same name has left on a machine.
            Epoch = now.ToUnixTimeSeconds(),
            SshPrivateKey = ssh.Private,
            SshPublicKey = ssh.Public,
            GitPrivateKey = git.Private,
            GitPublicKey = git.Public,
            HookKey = HookAddress.NewPart(),
            HookToken = new(HookAddress.NewPart()),
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private async Task<StackAction?> StoreAsync(
        Request request, Stack stack, IReadOnlyList<EnrolledServer> enrolled, CancellationToken cancellationToken)
    {
        if (await IsTakenAsync(request.Name, cancellationToken))
            return null;
        stack.Slug = await StackNames.FreeAsync(stack.Slug, db.Stacks.Select(row => row.Slug), cancellationToken);
        stack.HostLabel = await StackNames.FreeAsync(stack.HostLabel, db.Stacks.Select(row => row.HostLabel), cancellationToken);
        // Who makes a stack administers it, whatever the membership says about others.
        stack.AccessRights.Add(new() { UserId = caller.UserId, Level = AccessLevel.Admin });
        db.Stacks.Add(stack);
        await db.SaveChangesAsync(cancellationToken);
        foreach (var server in enrolled)
            await enrolment.StoreAsync(server, stack, cancellationToken);
        var payload = JsonSerializer.Serialize(new Payload(request.Deploy));
        var action = queue.Add(stack, Kind, Kind, payload, caller.Requester);
        await db.SaveChangesAsync(cancellationToken);
        return action;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,29}\z")]
    private static partial Regex EnvironmentName { get; }
}
