using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Contracts;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Server;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;
using Slipway.Server.Stacks;

namespace Slipway.Bench.Api;

/// <summary>The least that could be done: what a reply costs without asking who, and what a read costs without a reply.</summary>
internal static class Limits
{
    /// <summary>Serves one stack as JSON, without looking at anything.</summary>
    public static async Task<int> ServeAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, SlipwayJson.Default));
        var app = builder.Build();
        var time = TimeProvider.System.GetUtcNow();
        app.MapGet("/stack", () => new ApiResponse<Contracts.Stacks.Stack>(Sample(time)));
        app.Urls.Add($"http://127.0.0.1:{port}");
        await app.StartAsync(cancellationToken);
        Console.WriteLine("ready");
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    /// <summary>Reads the first 30 stacks over and over, on as many threads as there are processors.</summary>
    public static async Task<int> ReadAsync(DirectoryInfo data, int seconds, CancellationToken cancellationToken)
    {
        await using var services = Seed.Open(data, new Dictionary<string, string>());
        var contexts = services.GetRequiredService<IDbContextFactory<AppDb>>();
        var from = StackRecords.Shape(new PublicOptions());
        var toRecord = Inlining.Inline<Func<Server.Stacks.Stack, Contracts.Stacks.Stack>>(stack => from.Call(stack, 0, 0, false));
        Console.WriteLine("ready");
        await Task.WhenAll(Loops(TimeSpan.FromSeconds(1)));
        var counts = await Task.WhenAll(Loops(TimeSpan.FromSeconds(seconds)));
        Console.WriteLine((counts.Sum() / (double)seconds).ToString(CultureInfo.InvariantCulture));
        return 0;

        IEnumerable<Task<int>> Loops(TimeSpan length) => Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() => LoopAsync(length)));

        async Task<int> LoopAsync(TimeSpan length)
        {
            var (watch, count) = (Stopwatch.StartNew(), 0);
            for (; watch.Elapsed < length; count++)
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                await db.Stacks.OrderBy(stack => stack.Id).Take(Pagination.DefaultPerPage).Select(toRecord).ToListAsync(cancellationToken);
            }
            return count;
        }
    }

    private static Contracts.Stacks.Stack Sample(DateTimeOffset time) => new()
    {
        Uid = "5999b763474b0eafa5fafb64bff0ba80",
        Name = "Awesome App",
        Git = "https://git.example.test/owner/app.git",
        GitBranch = "main",
        Environment = "production",
        Cloud = "no_cloud",
        Fqdn = "awesome-app.slipway.internal",
        Language = "ruby",
        Framework = "rails",
        Status = StackStatus.Success,
        Health = StackHealth.Healthy,
        LastActivity = time,
        CreatedAt = time,
        UpdatedAt = time,
        DeployDirectory = "/var/deploy/awesome-app",
        CloudStatus = "healthy",
    };
}
