using System.Security.Cryptography;
using Slipway.Contracts;
using Slipway.Rig;

namespace Slipway.SystemTests.Operating;

/// <summary>What docs/operating.md says about Slipway's own database, done: backup, restore, the move to PostgreSQL.</summary>
public sealed class DatabaseCommandTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> AsItIs = [];

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("slipway-operating-");
    private SlipwayServer? _slipway;
    private SlipwayClient? _owner;
    private string _token = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SlipwayServer Slipway => _slipway ?? throw new InvalidOperationException("Slipway does not run.");

    private SlipwayClient Owner => _owner ?? throw new InvalidOperationException("There is no owner.");

    private string DatabaseFile => Path.Combine(_data.FullName, "slipway.db");

    public async ValueTask InitializeAsync()
    {
        _slipway = await SlipwayServer.StartAsync(_data, 0, new Dictionary<string, string>(), Cancel);
        _token = (await Slipway.SetUpAsync("owner@example.com", "correct horse battery", Cancel)).Token;
        _owner = Slipway.ClientFor(_token);
        await Owner.Tokens.CreateAsync("before", "public", Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_slipway is not null)
            await _slipway.DisposeAsync();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Backup_OfARunningServer_IsRestored_AlsoWhenTheFileIsDamaged()
    {
        var backup = Path.Combine(_data.FullName, "slipway.backup");
        await AssertDoneAsync("database", "backup", backup);
        await Owner.Tokens.CreateAsync("after", "public", Cancel);
        Assert.Equal(["after", "before"], await NamesAsync(Owner));

        var (refused, why) = await Slipway.RunAsync(["database", "restore", backup], AsItIs, Cancel);
        Assert.Equal((1, true), (refused, why.Contains("Stop it first", StringComparison.Ordinal)));

        await Slipway.StopAsync(Cancel);
        // Pages that were not moved into the database's own file yet would hide the damage.
        File.Delete(DatabaseFile + "-wal");
        await File.WriteAllBytesAsync(DatabaseFile, RandomNumberGenerator.GetBytes(8192), Cancel);
        var start = await Assert.ThrowsAsync<InvalidOperationException>(() => Slipway.StartAsync(Cancel));
        Assert.Contains("slipway-server database restore", start.Message, StringComparison.Ordinal);

        await AssertDoneAsync("database", "restore", backup);
        await Slipway.StartAsync(Cancel);
        Assert.Equal(["before"], await NamesAsync(Owner));
        Assert.Single(_data.GetFiles("slipway.db.replaced-*"), file => file.Length == 8192);
    }

    [Fact]
    public async Task Copy_MovesAllToPostgres_OnceAndOnlyIntoAnEmptyDatabase()
    {
        var stack = (await Owner.Stacks.CreateAsync(new() { Name = "Moved", Git = "https://git.example.com/owner/app.git" }, Cancel)).Stack;
        await Owner.Environments.AddAsync(stack.Uid, "SECRET", "s3cret value", Cancel);
        await using var postgres = await TemporaryPostgres.StartAsync(Cancel);
        var settings = new Dictionary<string, string?>
        {
            ["Slipway__Database__Provider"] = "postgresql",
            ["Slipway__Database__ConnectionString"] = await postgres.CreateDatabaseAsync("slipway", Cancel),
        };
        var (early, reason) = await Slipway.RunAsync(["database", "copy", "--from", DatabaseFile], settings, Cancel);
        Assert.Equal((1, true), (early, reason.Contains("Stop it first", StringComparison.Ordinal)));
        await Slipway.StopAsync(Cancel);

        var (done, output) = await Slipway.RunAsync(["database", "copy", "--from", DatabaseFile], settings, Cancel);
        Assert.True(done == 0, output);
        var (again, why) = await Slipway.RunAsync(["database", "copy", "--from", DatabaseFile], settings, Cancel);

        Assert.Equal((1, true), (again, why.Contains("is not empty", StringComparison.Ordinal)));
        await using var moved = await SlipwayServer.StartAsync(_data, 0, settings.ToDictionary(pair => pair.Key, pair => pair.Value!), Cancel);
        var owner = moved.ClientFor(_token);
        Assert.Equal("Moved", (await owner.Stacks.GetAsync(stack.Uid, Cancel)).Name);
        Assert.Equal("s3cret value", (await owner.Environments.ListAsync(stack.Uid, cancellationToken: Cancel)).Response.Single(variable => variable.Key == "SECRET").Value);
        Assert.Equal(["before"], await NamesAsync(owner));
        await owner.Tokens.CreateAsync("there", "public", Cancel);
        Assert.Equal(["before", "there"], await NamesAsync(owner));
        var (verified, chain) = await Slipway.RunAsync(["audit", "verify"], settings, Cancel);
        Assert.True(verified == 0, chain);
    }

    private static async Task<List<string>> NamesAsync(SlipwayClient owner) =>
        [.. (await owner.Tokens.ListAsync(cancellationToken: Cancel)).Response.Select(token => token.Name).Where(name => name != "Setup").Order(StringComparer.Ordinal)];

    private async Task AssertDoneAsync(params string[] arguments)
    {
        var (exitCode, output) = await Slipway.RunAsync(arguments, AsItIs, Cancel);
        Assert.True(exitCode == 0, output);
    }
}
