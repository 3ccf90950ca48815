using System.Globalization;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments;

/// <summary>Says that a disk is full where the program that ran into it only says that it could not write.</summary>
internal static class DiskSpace
{
    private const long LeastKilobytes = 1024;

    /// <param name="context">The deployment.</param>
    /// <param name="host">The machine.</param>
    /// <param name="directory">Where the program wrote.</param>
    /// <param name="printed">What it printed last: it may have removed what did not fit, so that there is room again.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static async Task ThrowIfFullAsync(
        DeployContext context, IRemoteHost host, string directory, IReadOnlyList<string> printed, CancellationToken cancellationToken)
    {
        if (printed.Any(line => line.Contains("no space left on device", StringComparison.OrdinalIgnoreCase)))
            throw Full(host, directory);
        var left = await host.RunAsync(
            new() { Name = "df", Programs = [["df", "--output=avail", "-k", "--", directory]], Deadline = context.Timeouts.Query, IsRepeatable = true },
            onLine: null,
            cancellationToken);
        if (left.IsSuccess && long.TryParse(left.Tail[^1], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var kilobytes) && kilobytes < LeastKilobytes)
            throw Full(host, directory);
    }

    private static UserErrorException Full(IRemoteHost host, string directory) =>
        new($"The disk of {host.Machine.Address} is full: there is no space left in {directory}. Free some there, then deploy again.");
}
