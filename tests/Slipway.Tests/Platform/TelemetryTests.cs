using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Platform.Telemetry;
using Slipway.Server.Platform.Work;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

public sealed class TelemetryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readiness_SaysWhyNot()
    {
        await using var app = new SlipwayApp();
        Assert.Equal((HttpStatusCode.OK, "ready", "writable"), await ReadyAsync(app));

        await app.Services.GetRequiredService<RunningActions>().StopAsync();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining", "writable"), await ReadyAsync(app));
    }

    [Theory]
    [InlineData("127.0.0.1", null, null, null, HttpStatusCode.OK)]
    [InlineData("::1", null, null, null, HttpStatusCode.OK)]
    [InlineData("10.0.0.9", null, null, null, HttpStatusCode.NotFound)]
    [InlineData("127.0.0.1", "X-Forwarded-For", null, null, HttpStatusCode.NotFound)]
    [InlineData("127.0.0.1", "X-Real-IP", null, null, HttpStatusCode.NotFound)]
    [InlineData("10.0.0.9", null, "secret token", "secret token", HttpStatusCode.OK)]
    [InlineData("10.0.0.9", null, "secret token", "another", HttpStatusCode.NotFound)]
    [InlineData("127.0.0.1", null, "secret token", null, HttpStatusCode.NotFound)]
    public async Task Metrics_AreForThisMachine_OrForTheToken(string from, string? header, string? token, string? shown, HttpStatusCode expected)
    {
        await using var app = new SlipwayApp { Replace = services => services.AddSingleton<IStartupFilter>(new Caller(IPAddress.Parse(from))) };
        if (token is not null)
            app.Settings["Slipway:Telemetry:MetricsToken"] = token;
        using var http = app.Http();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (header is not null)
            request.Headers.Add(header, "10.0.0.9");
        if (shown is not null)
            request.Headers.Authorization = new("Bearer", shown);

        using var answer = await http.SendAsync(request, Cancel);

        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.OK)
            Assert.Contains("slipway_storage_writable", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_LeadsFromTheRequest_ToTheActionAndItsSteps()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is WorkTelemetry.Name or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var app = new SlipwayApp();
        var owner = await app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();

        await app.WorkAsync(stack.Uid);

        var action = Assert.Single(spans, span => (string?)span.GetTagItem("slipway.stack.uid") == stack.Uid);
        var step = Assert.Single(spans, span => span.ParentSpanId == action.SpanId);
        Assert.Equal("step fetch the repository", step.OperationName);
        Assert.Equal(ActivityStatusCode.Error, step.Status);
        Assert.Contains(spans, span => span.SpanId == action.ParentSpanId && span.TraceId == action.TraceId && span.Kind == ActivityKind.Server);
    }

    private static async Task<(HttpStatusCode, string?, string?)> ReadyAsync(SlipwayApp app)
    {
        using var http = app.Http();
        using var answer = await http.GetAsync("/readyz", Cancel);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!;
        return (answer.StatusCode, (string?)body["status"], (string?)body["database"]);
    }

    /// <summary>Lets requests come from an address.</summary>
    private sealed class Caller(IPAddress address) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, rest) =>
            {
                context.Connection.RemoteIpAddress = address;
                return rest(context);
            });
            next(app);
        };
    }
}
