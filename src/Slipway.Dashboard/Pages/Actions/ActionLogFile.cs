using System.Globalization;
using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Slipway.Contracts;

namespace Slipway.Dashboard.Pages.Actions;

/// <summary>The whole log of an action as a file of plain text.</summary>
internal static class ActionLogFile
{
    public static async Task WriteAsync(string uid, int id, SlipwayClient slipway, HttpResponse response, CancellationToken cancellationToken)
    {
        await slipway.Actions.GetAsync(uid, id, cancellationToken);
        response.ContentType = MediaTypeNames.Text.Plain + "; charset=utf-8";
        response.Headers.ContentDisposition = $"attachment; filename=\"action-{id}.log\"";
        await foreach (var line in ActionLog.ReadLinesAsync(slipway, uid, id).WithCancellation(cancellationToken))
        {
            var time = line.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            await response.WriteAsync($"{time} [{line.Step}] {line.Server} {line.Text}\n", cancellationToken);
        }
    }
}
