using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Contracts.Http;
using Slipway.Dashboard.Pages;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.Platform.Http;

/// <summary>Turns whatever goes wrong in a page into a page that a person can read.</summary>
internal sealed partial class PageErrors(RequestDelegate next, ILogger<PageErrors> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, ContentLength: null, ContentType: null })
                await ExplainStatusAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            LogAborted(context.Request.Path);
        }
        catch (SlipwayApiException exception) when (!context.Response.HasStarted)
        {
            await ExplainAsync(context, exception);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await ShowAsync(context, exception.StatusCode, "That did not work", exception.Message);
        }
        catch (Exception exception) when (!context.Response.HasStarted && DatabaseErrors.IsUnavailable(exception))
        {
            LogUnavailable(exception);
            await ShowAsync(context, StatusCodes.Status503ServiceUnavailable, "Not right now", DatabaseErrors.Explain(exception));
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailure(context.Request.Method, context.Request.Path, context.TraceIdentifier, exception);
            await ShowAsync(
                context,
                StatusCodes.Status500InternalServerError,
                "Something went wrong",
                $"The server's log tells more about request {context.TraceIdentifier}.");
        }
    }

    private static Task ExplainStatusAsync(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status400BadRequest =>
            ShowAsync(context, StatusCodes.Status400BadRequest, "That did not work", "The form was too old. Go back, reload the page and try again."),
        StatusCodes.Status404NotFound => ShowNothingAsync(context),
        _ => Task.CompletedTask,
    };

    private static Task ExplainAsync(HttpContext context, SlipwayApiException exception)
    {
        switch (exception.Status)
        {
            case HttpStatusCode.Unauthorized:
                context.Response.Clear();
                var query = QueryString.Create("return", context.Request.Path + context.Request.QueryString);
                context.Response.Redirect("/sign-in" + query);
                return Task.CompletedTask;
            case HttpStatusCode.NotFound:
                return ShowNothingAsync(context);
            case HttpStatusCode.PaymentRequired:
                return ShowAsync(context, StatusCodes.Status402PaymentRequired, "Suspended", exception.Message, ProblemPage.Accounts);
            default:
                return ShowAsync(context, (int)exception.Status, "That did not work", exception.Message);
        }
    }

    private static Task ShowNothingAsync(HttpContext context) =>
        RenderAsync(context, new RazorComponentResult<NotFoundPage> { StatusCode = StatusCodes.Status404NotFound });

    private static Task ShowAsync(HttpContext context, int status, string title, string text, string goTo = ProblemPage.Stacks) =>
        RenderAsync(context, new RazorComponentResult<ProblemPage>(new { Title = title, Text = text, GoTo = goTo }) { StatusCode = status });

    private static async Task RenderAsync(HttpContext context, IResult page)
    {
        context.Response.Clear();
        // The services of a request render one page only.
        var services = context.RequestServices;
        await using var scope = services.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        await page.ExecuteAsync(context);
        context.RequestServices = services;
    }

    [LoggerMessage(LogLevel.Debug, "The browser went away from {Path}")]
    private partial void LogAborted(string path);

    [LoggerMessage(LogLevel.Error, "The database is not available")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed, request {RequestId}")]
    private partial void LogFailure(string method, string path, string requestId, Exception exception);
}
