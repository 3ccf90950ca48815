using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;
using Slipway.Contracts;
using Slipway.Engine.Remote;
using Slipway.Server.Containers;
using Slipway.Server;
using Slipway.Server.Accounts;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Schedules;
using Slipway.Server.Platform.Work;
using Slipway.Server.Setup;
using Slipway.Server.Tokens;
using Slipway.Server.Users;

namespace Slipway.Tests.Support;

/// <summary>
/// A whole control plane with a database of its own, spoken to over HTTP. Machines are faked, and queued actions stay queued, so that a test
/// sees what the API did.
/// </summary>
internal sealed class SlipwayApp : WebApplicationFactory<Program>
{
    public const string Password = "correct horse battery";

    private const int HashRounds = 1;

    private static readonly byte[] SharedKey = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];

    // In memory where there is such a place: these databases need not survive a power cut.
    private static readonly string Root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    // Migrating takes longer than most tests, so it is done once.
    private static readonly Lazy<byte[]> EmptyDatabase = new(MakeEmptyDatabase);

    public SlipwayApp()
    {
        Directory.CreateDirectory(DataDirectory);
        // The same key in all tests, so that EF builds its model once.
        File.WriteAllBytes(Path.Combine(DataDirectory, "master.key"), SharedKey);
        File.WriteAllBytes(Path.Combine(DataDirectory, "slipway.db"), EmptyDatabase.Value);
    }

    public string DataDirectory { get; } = Path.Combine(Root, $"slipway-test-{Guid.NewGuid():N}");

    /// <summary>What the start prints for whoever sits before it.</summary>
    public StringWriter Console { get; } = new();

    /// <summary>Fails the test at its end when a change left no audit entry.</summary>
    public AuditGuard AuditGuard { get; } = new();

    public FakeMachines Machines { get; } = new();

    /// <summary>Puts other services in place of the server's own.</summary>
    public Action<IServiceCollection>? Replace { get; init; }

    public Dictionary<string, string> Settings { get; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public string SetupToken => Services.GetRequiredService<SetupLink>().Url!.Split("token=")[1];

    /// <summary>A client of the API with a token; without one where there is none.</summary>
    public HttpClient Http(string? token = null)
    {
        var http = CreateClient(new() { BaseAddress = ClientOptions.BaseAddress, AllowAutoRedirect = false, HandleCookies = false });
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("bearer", token);
        return http;
    }

    /// <summary>The first person, with a token of all scopes.</summary>
    public async Task<Person> GivenOwnerAsync(string email = "owner@example.com")
    {
        var reply = await new SlipwayClient(Http()).Setup.CompleteAsync(new(SetupToken, email, Password), TestContext.Current.CancellationToken);
        return new(this, reply.User.Id, email, reply.Token);
    }

    /// <summary>Somebody with an account of their own, who has nothing to do with the others.</summary>
    public Task<Person> GivenStrangerAsync(string email = "stranger@example.com") => InDatabaseAsync(async db =>
    {
        var user = NewUser(email);
        var account = new Account { Name = email, Owner = user, CreatedAt = Now, UpdatedAt = Now };
        account.Memberships.Add(Membership.OfOwner(user));
        db.Accounts.Add(account);
        await db.SaveChangesAsync();
        user.PrimaryAccountId = account.Id;
        return await WithTokenAsync(db, user, Scopes.All);
    });

    /// <summary>A member of the owner's account with this level on its stacks.</summary>
    public Task<Person> GivenMemberAsync(AccessLevel level, string email = "member@example.com", params string[] scopes) => InDatabaseAsync(async db =>
    {
        var account = await db.Accounts.OrderBy(account => account.Id).FirstAsync();
        var user = NewUser(email);
        user.PrimaryAccountId = account.Id;
        db.Memberships.Add(new() { Account = account, User = user, Role = Membership.Member, DefaultLevel = level });
        return await WithTokenAsync(db, user, scopes.Length == 0 ? Scopes.All : scopes);
    });

    /// <summary>As if the moment had passed for which a node remembers who people are.</summary>
    public void ForgetPeople()
    {
        foreach (var id in Enumerable.Range(1, 9))
            Services.GetRequiredService<Identities>().ForgetUser(id);
    }

    /// <summary>Does all that is queued for a stack, as the stack's job would.</summary>
    public async Task WorkAsync(string stackUid)
    {
        var stackId = await InDatabaseAsync(db => db.Stacks.Where(stack => stack.Uid == stackUid).Select(stack => stack.Id).FirstAsync());
        var executor = Services.GetRequiredService<ActionExecutor>();
        while (await executor.RunNextAsync(new(stackId)) || await executor.RunNextAsync(new(stackId, IsBeside: true)))
        {
        }
    }

    public async Task<T> InDatabaseAsync<T>(Func<AppDb, Task<T>> work)
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<AppDb>());
    }

    /// <summary>Works on the database and saves.</summary>
    public Task ChangeAsync(Func<AppDb, Task> work) => InDatabaseAsync(async db =>
    {
        await work(db);
        await db.SaveChangesAsync();
        return true;
    });

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Slipway:DataDirectory", DataDirectory);
        builder.ConfigureLogging(logging => logging.ClearProviders());
        foreach (var (name, value) in Settings)
            builder.UseSetting(name, value);
        builder.ConfigureTestServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton<IRemoteHosts>(Machines));
            // Two lists joined in one query come back multiplied.
            services.ConfigureDbContext<SqliteAppDb>(options => options.ConfigureWarnings(warnings => warnings.Throw(RelationalEventId.MultipleCollectionIncludeWarning)));
            // Slow on purpose in real life; here hundreds of people sign up.
            services.Configure<PasswordHasherOptions>(options => options.IterationCount = HashRounds);
            services.AddSingleton<IStartupFilter>(AuditGuard);
            services.Replace(ServiceDescriptor.Singleton(Time));
            services.Replace(ServiceDescriptor.Singleton(new SetupConsole(Console)));
            Replace?.Invoke(services);
            // Quartz keeps its schedulers by name for the whole process.
            services.Configure<QuartzOptions>(options => options.Properties["quartz.scheduler.instanceName"] = DataDirectory);
            foreach (var worker in services.Where(IsWorker).ToList())
                services.Remove(worker);
        });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (Directory.Exists(DataDirectory))
            Directory.Delete(DataDirectory, recursive: true);
        AuditGuard.ThrowIfAnySilent();
    }

    private static byte[] MakeEmptyDatabase()
    {
        var file = Path.Combine(Root, $"slipway-test-{Guid.NewGuid():N}.db");
        var options = new DbContextOptionsBuilder<SqliteAppDb>();
        AppDbSetup.UseSqlite(options, $"Data Source={file};Pooling=False", AppDbParts.ForDesign(isOpenToSaves: false));
        using (var db = new SqliteAppDb(options.Options))
            db.Database.Migrate();
        var content = File.ReadAllBytes(file);
        File.Delete(file);
        return content;
    }

    private static bool IsWorker(ServiceDescriptor service) => service.ServiceType == typeof(IHostedService)
        && (service.ImplementationType == typeof(WorkService) || service.ImplementationType == typeof(ScheduleService) || service.ImplementationType == typeof(ContainerWatch)
            || service.ImplementationType?.Namespace?.StartsWith("Quartz", StringComparison.Ordinal) == true);

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static User NewUser(string email) => new()
    {
        UserName = email,
        NormalizedUserName = email.ToUpperInvariant(),
        Email = email,
        NormalizedEmail = email.ToUpperInvariant(),
        SecurityStamp = "stamp",
        PasswordHash = new PasswordHasher<User>(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = HashRounds })).HashPassword(new(), Password),
        CreatedAt = Now,
        UpdatedAt = Now,
    };

    private async Task<Person> WithTokenAsync(AppDb db, User user, IEnumerable<string> scopes)
    {
        var token = NewToken.For(user, "test", scopes, Now);
        db.AccessTokens.Add(token.Row);
        await db.SaveChangesAsync();
        return new(this, user.Id, user.Email!, token.Text);
    }
}
