using System.Globalization;
using System.Text;
using CliWrap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Tests.Git;

/// <summary>A git host over http on a free port: git's own http-backend behind Kestrel. /private asks for a sign-in, /moved redirects.</summary>
internal sealed class GitHttpHost : IAsyncDisposable
{
    public const string User = "ada";
    public const string Token = "t0ken:with;$(odd) characters";

    private readonly WebApplication _app;

    private GitHttpHost(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<GitHttpHost> StartAsync(string root)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Map("/moved/{**rest}", (HttpContext context) => Results.Redirect($"http://169.254.169.254/{context.Request.RouteValues["rest"]}"));
        app.Map("/broken/{**rest}", () => Results.StatusCode(503));
        app.Map("/page/{**rest}", () => Results.Content("<html>\nhello\n</html>\n", "text/html"));
        app.Map("/private/{**rest}", async (HttpContext context, string rest) =>
        {
            var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Token}"));
            if (context.Request.Headers.Authorization == expected)
            {
                await ServeAsync(context, root, rest);
                return;
            }

            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
        });
        app.Map("/{**rest}", (HttpContext context, string rest) => ServeAsync(context, root, rest));
        await app.StartAsync();
        return new GitHttpHost(app);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task ServeAsync(HttpContext context, string root, string path)
    {
        var request = new MemoryStream();
        await context.Request.Body.CopyToAsync(request, context.RequestAborted);
        var answer = new MemoryStream();
        await Cli.Wrap("git").WithArguments(["http-backend"])
            .WithEnvironmentVariables(new Dictionary<string, string?>
            {
                ["GIT_PROJECT_ROOT"] = root,
                ["GIT_HTTP_EXPORT_ALL"] = "1",
                ["PATH_INFO"] = "/" + path,
                ["QUERY_STRING"] = context.Request.QueryString.Value?.TrimStart('?'),
                ["REQUEST_METHOD"] = context.Request.Method,
                ["CONTENT_TYPE"] = context.Request.ContentType,
                ["CONTENT_LENGTH"] = request.Length.ToString(CultureInfo.InvariantCulture),
                ["HTTP_CONTENT_ENCODING"] = context.Request.Headers.ContentEncoding,
                ["GIT_PROTOCOL"] = context.Request.Headers["Git-Protocol"],
            })
            .WithStandardInputPipe(PipeSource.FromBytes(request.ToArray()))
            .WithStandardOutputPipe(PipeTarget.ToStream(answer))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(context.RequestAborted);
        var bytes = answer.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var header in Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n").Select(line => line.Split(": ", 2)))
        {
            if (header[0] is "Status")
                context.Response.StatusCode = int.Parse(header[1].Split(' ')[0], CultureInfo.InvariantCulture);
            else
                context.Response.Headers[header[0]] = header[1];
        }

        await context.Response.Body.WriteAsync(bytes.AsMemory(end + 4), context.RequestAborted);
    }
}
