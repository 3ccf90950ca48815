using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.Platform.Http;

/// <summary>Turns whatever goes wrong in the API into an answer that a client can read.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
                await new ApiProblem(context.Response.StatusCode, null).ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            LogAborted(context.Request.Path);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await Translate(context, exception).ExecuteAsync(context);
        }
    }

    private ApiProblem Translate(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return new(bad.StatusCode, bad.Message);
            case UserErrorException or RemoteUnavailableException or RemoteException:
                return ApiProblem.BadRequest(exception.Message);
            case ConflictException:
                return ApiProblem.Conflict(exception.Message);
            case var _ when DatabaseErrors.IsConflict(exception):
                return ApiProblem.Conflict("Somebody else changed the same thing at the same time. Look at it again, then try again.");
            case var _ when DatabaseErrors.IsUnavailable(exception):
                LogUnavailable(exception);
                return new(StatusCodes.Status503ServiceUnavailable, DatabaseErrors.Explain(exception));
            default:
                LogFailure(context.Request.Method, context.Request.Path, context.TraceIdentifier, exception);
                return new(StatusCodes.Status500InternalServerError, $"The server's log tells more about request {context.TraceIdentifier}.");
        }
    }

    [LoggerMessage(LogLevel.Debug, "The client went away from {Path}")]
    private partial void LogAborted(string path);

    [LoggerMessage(LogLevel.Error, "The database is not available")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed, request {RequestId}")]
    private partial void LogFailure(string method, string path, string requestId, Exception exception);
}
