using System.Globalization;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments;

/// <summary>Says that a disk is full where the program that ran into it only says that it could not write.</summary>
internal static class DiskSpace
{
    private const long LeastKilobytes = 1024;

    public static async Task ThrowIfFullAsync(DeployContext context, IRemoteHost host, string directory, CancellationToken cancellationToken)
    {
        var left = await host.RunAsync(
            new() { Name = "df", Programs = [["df", "--output=avail", "-k", "--", directory]], Deadline = context.Timeouts.Query, IsRepeatable = true },
            onLine: null,
            cancellationToken);
        if (left.IsSuccess && long.TryParse(left.Tail[^1], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var kilobytes) && kilobytes < LeastKilobytes)
            throw new UserErrorException($"The disk of {host.Machine.Address} is full: there is no space left in {directory}. Free some there, then deploy again.");
    }
}
