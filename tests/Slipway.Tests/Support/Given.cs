using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Analysis;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Deployments;
using Slipway.Server;
using Slipway.Server.Actions;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Stacks;
using Slipway.Server.Tokens;

namespace Slipway.Tests.Support;

/// <summary>What work that ended long ago left in the database.</summary>
internal static class Given
{
    public static async Task AnalysisAsync(AppDb db, string stackUid, string[]? components = null, string[]? problems = null)
    {
        var stack = await db.Stacks.FirstAsync(stack => stack.Uid == stackUid);
        var result = new AnalysisResult
        {
            Language = "ruby",
            Framework = RackFramework.Sinatra,
            Ruby = new("~> 3.1", "Gemfile", "3.1.2", true),
            WebServer = new(WebServerKind.Puma, true),
            Components = components ?? [],
            Problems = problems ?? [],
            Processes = [new("worker", "ruby worker.rb")],
        };
        stack.Analysis = new StoredAnalysis(new('a', 40), result).ToJson();
        stack.Framework = "sinatra";
        stack.Status = StackStatus.Analysed;
        await FinishActionsAsync(db);
    }

    /// <summary>Makes an analysed stack a Docker stack with the services web and worker. Its processes stay known.</summary>
    public static async Task DockerAsync(AppDb db, string stackUid)
    {
        var stack = await db.Stacks.Include(stack => stack.Servers).FirstAsync(stack => stack.Uid == stackUid);
        var (hash, result) = StoredAnalysis.Of(stack.Analysis)!;
        var definition = new DockerDefinition
        {
            Source = "services.yml",
            Services = [new() { Name = "web", Image = "quay.io/cloud66/sample-rails", Ports = [new(3000, 80, 443)] }, new() { Name = "worker", Image = "worker" }],
        };
        stack.Analysis = new StoredAnalysis(hash, result with { IsDocker = true, Docker = definition }).ToJson();
        stack.Framework = "docker";
        foreach (var server in stack.Servers)
            server.Roles = server.Roles.Replace("web", "docker", StringComparison.Ordinal);
        await db.SaveChangesAsync();
    }

    /// <summary>A container that serves on a server.</summary>
    public static async Task<string> ContainerAsync(AppDb db, string serverUid, string service = "web", char uid = 'c')
    {
        var server = await db.Servers.FirstAsync(server => server.Uid == serverUid);
        db.Containers.Add(new()
        {
            Uid = new(uid, 64),
            ServerId = server.Id,
            ServiceName = service,
            Image = "quay.io/cloud66/sample-rails",
            Command = "rackup -p 3000",
            PortList = "5128:3000",
            WebPorts = "80:443",
            StartedAt = server.CreatedAt,
            CreatedAt = server.CreatedAt,
            UpdatedAt = server.CreatedAt,
        });
        await db.SaveChangesAsync();
        return new(uid, 64);
    }

    public static async Task FinishActionsAsync(AppDb db)
    {
        foreach (var action in await db.Actions.Where(action => action.FinishedAt == null).ToListAsync())
        {
            action.FinishedAt = action.CreatedAt;
            action.IsSuccess = true;
        }
        await db.SaveChangesAsync();
    }

    public static async Task DeploymentEndAsync(AppDb db, int id, DeploymentOutcome outcome, bool isLive)
    {
        var deployment = await db.Deployments.Include(row => row.Action).FirstAsync(row => row.Id == id);
        deployment.Outcome = outcome;
        deployment.IsKept = outcome is DeploymentOutcome.Success;
        deployment.IsLive = isLive;
        deployment.GitHash = new('b', 40);
        deployment.FinishedAt = deployment.StartedAt;
        deployment.Action!.FinishedAt = deployment.StartedAt;
        deployment.Action.IsSuccess = outcome is DeploymentOutcome.Success;
        await db.SaveChangesAsync();
    }

    /// <summary>A deployment of a Docker stack, which succeeded and serves.</summary>
    public static async Task DockerReleaseAsync(AppDb db, int deploymentId, DockerDefinition? definition = null)
    {
        await DeploymentEndAsync(db, deploymentId, DeploymentOutcome.Success, isLive: true);
        var deployment = await db.Deployments.Include(row => row.Action).ThenInclude(action => action!.Stack).FirstAsync(row => row.Id == deploymentId);
        var docker = definition ?? StoredAnalysis.Of(deployment.Action!.Stack!.Analysis)!.Result.Docker;
        deployment.Action!.State = JsonSerializer.Serialize(new() { Plan = new() { Framework = "docker", Docker = docker } }, DeployJson.Default.DeployState);
        await db.SaveChangesAsync();
    }

    /// <summary>A token that the person has let the application have.</summary>
    public static async Task AuthorizationAsync(AppDb db, int userId, int applicationId)
    {
        var token = NewToken.For(userId, "Harbour bot", [Scopes.Public], (await db.Users.FirstAsync(user => user.Id == userId)).CreatedAt);
        token.Row.ApplicationId = applicationId;
        db.AccessTokens.Add(token.Row);
    }

    public static void Line(AppDb db, int actionId, string text, DateTimeOffset time) =>
        db.LogLines.Add(new() { ActionId = actionId, Time = time, Step = "step", Server = "Lion", Severity = "info", Text = text });

    public static void Step(AppDb db, int actionId, int number, string state) =>
        db.JournalSteps.Add(new JournalStep { ActionId = actionId, Number = number, Name = $"step {number}", State = state });
}
