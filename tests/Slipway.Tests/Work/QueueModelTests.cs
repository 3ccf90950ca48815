using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server;
using Slipway.Server.Actions;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;
using Slipway.Tests.Support;

namespace Slipway.Tests.Work;

/// <summary>
/// The queue of a stack against a model of it, by whatever two nodes and their callers may do in any order: order of arrival, one holder at a time, no
/// word from whoever lost the work, redeployments joined when nothing is missed by it.
/// </summary>
public sealed class QueueModelTests : IAsyncDisposable
{
    private const int Nodes = 2;

    private readonly SlipwayApp _app = new();
    private int _stacks;

    private enum Move
    {
        Add,
        Redeploy,
        Claim,
        Save,
        End,
        Cancel,
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Queue_DoesWhatItsModelDoes()
    {
        await (await _app.GivenOwnerAsync()).GivenStackAsync();
        var moves = Gen.Select(Gen.Enum<Move>(), Gen.Int[0, 3]).Array[1, 40];
        await moves.SampleAsync(PlayAsync, iter: 60, threads: 1);
    }

    private async Task PlayAsync((Move Move, int Number)[] moves)
    {
        var stackId = await NewStackAsync();
        var model = new Model();
        foreach (var (move, number) in moves)
        {
            await DoAsync(stackId, model, move, number);
            Assert.Equal(model.Rows.Select(row => row.ToString()), await ReadAsync(stackId));
            Assert.Equal(model.Epoch, await _app.InDatabaseAsync(db => db.Stacks.Where(stack => stack.Id == stackId).Select(stack => stack.Epoch).FirstAsync(Stop)));
        }
    }

    private async Task DoAsync(int stackId, Model model, Move move, int number)
    {
        var node = number % Nodes;
        switch (move)
        {
            case Move.Add:
                model.Rows.Add(new(await AddAsync(stackId), "restart", ""));
                break;
            case Move.Redeploy:
                var reference = node == 0 ? "" : "v1";
                var waiting = model.Rows.LastOrDefault(row => !row.IsFinished) is { Kind: NewDeployment.DeployKind, IsBegun: false, IsCancelled: false } last && last.Ref == reference
                    ? last : null;
                var id = await RedeployAsync(stackId, reference);
                if (waiting is null)
                    model.Rows.Add(new(id, NewDeployment.DeployKind, reference));
                Assert.Equal(model.Rows[^1].Id, id);
                break;
            case Move.Claim:
                var claim = await Journal().ClaimNextAsync(new(stackId), Stop);
                var next = model.Rows.FirstOrDefault(row => !row.IsFinished);
                Assert.Equal(next?.Id, claim?.ActionId);
                if (next is null)
                    break;
                next.IsBegun = true;
                Assert.True(claim!.Epoch > model.Epoch);
                model.Epoch = claim.Epoch;
                model.Held[node] = claim;
                break;
            case Move.Save or Move.End when model.Held[node] is { } held:
                var work = move is Move.Save
                    ? Journal().SaveAsync(held, [], "handed on", message: null, Stop)
                    : Journal().EndAsync(held, new([]), [], null, new(true, false, null), [], Stop);
                if (held.Epoch != model.Epoch)
                    await Assert.ThrowsAsync<FencedException>(() => work);
                else
                    await work;
                if (move is Move.End)
                    model.Held[node] = null;
                if (move is Move.End && held.Epoch == model.Epoch)
                    model.Rows.Single(row => row.Id == held.ActionId).IsFinished = true;
                break;
            case Move.Cancel when model.Rows.Where(row => !row.IsFinished).ElementAtOrDefault(number) is { } row:
                row.IsCancelled = true;
                await _app.ChangeAsync(async db => (await db.Actions.FirstAsync(action => action.Id == row.Id, Stop)).CancelledBy = "somebody@example.com");
                break;
        }
    }

    private ActionJournal Journal() => _app.Services.GetRequiredService<ActionJournal>();

    private Task<List<string>> ReadAsync(int stackId) => _app.InDatabaseAsync(async db =>
        (await db.Actions.AsNoTracking().Where(action => action.StackId == stackId).OrderBy(action => action.Id).ToListAsync(Stop))
            .Select(action => Model.Describe(action.Id, action.Kind, action.ClaimedAt is not null, action.FinishedAt is not null, action.CancelledBy is not null)).ToList());

    private Task<int> AddAsync(int stackId) => _app.InDatabaseAsync(async db =>
    {
        var stack = await db.Stacks.FirstAsync(stack => stack.Id == stackId, Stop);
        var action = new StackAction
        {
            Stack = stack, Kind = "restart", Name = "restart", Payload = "{}", ResourceType = StackAction.OnStack, ResourceId = stackId,
            UserEmail = "somebody@example.com", StartedVia = "api", CreatedAt = DateTimeOffset.UnixEpoch,
        };
        db.Actions.Add(action);
        await db.SaveChangesAsync(Stop);
        return action.Id;
    });

    private async Task<int> RedeployAsync(int stackId, string reference)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        var queue = scope.ServiceProvider.GetRequiredService<ActionQueue>();
        return await db.WriteAsync(
            async token =>
            {
                var stack = await db.Stacks.FirstAsync(stack => stack.Id == stackId, token);
                var reply = await RedeployStack.AddAsync(db, queue, stack, reference, new("somebody@example.com", "api"), DateTimeOffset.UnixEpoch, token);
                return reply.AsyncActionId;
            },
            Stop);
    }

    private Task<int> NewStackAsync() => _app.InDatabaseAsync(async db =>
    {
        var first = await db.Stacks.AsNoTracking().OrderBy(stack => stack.Id).FirstAsync(Stop);
        var name = $"model{++_stacks}";
        var stack = new Stack
        {
            Uid = $"{_stacks:x32}", AccountId = first.AccountId, Name = name, Slug = name, HostLabel = name, Environment = first.Environment, GitUrl = first.GitUrl,
            GitBranch = "main", SshPrivateKey = first.SshPrivateKey, SshPublicKey = "", GitPrivateKey = first.GitPrivateKey, GitPublicKey = "",
        };
        db.Stacks.Add(stack);
        await db.SaveChangesAsync(Stop);
        return stack.Id;
    });

    private sealed class Model
    {
        public List<Row> Rows { get; } = [];

        public ActionClaim?[] Held { get; } = new ActionClaim?[Nodes];

        public long Epoch { get; set; }

        public static string Describe(int id, string kind, bool isBegun, bool isFinished, bool isCancelled) => $"{id} {kind} {isBegun} {isFinished} {isCancelled}";
    }

    private sealed record Row(int Id, string Kind, string Ref)
    {
        public bool IsBegun { get; set; }

        public bool IsFinished { get; set; }

        public bool IsCancelled { get; set; }

        public override string ToString() => Model.Describe(Id, Kind, IsBegun, IsFinished, IsCancelled);
    }
}
