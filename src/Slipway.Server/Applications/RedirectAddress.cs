using System.Diagnostics.CodeAnalysis;
using Record = Slipway.Contracts.Applications.Application;

namespace Slipway.Server.Applications;

/// <summary>Where an application may have people sent to. A browser follows it, so it must lead to a server or a program, not to a script.</summary>
internal static class RedirectAddress
{
    private const int MaxCount = 10;
    private const int MaxLength = 400;

    /// <param name="addresses">As they were sent: a list in JSON may hold nulls.</param>
    public static string? Fault(IReadOnlyList<string?> addresses)
    {
        if (addresses.Count is 0 or > MaxCount)
            return $"redirect_uris must hold 1 to {MaxCount} addresses.";
        return addresses.Where(address => !IsGood(address)).Select(address => address ?? "null").FirstOrDefault() is { } bad
            ? $"redirect_uris: '{bad}' is not one. Give an http or https address without user name and fragment, an address of the program's own "
                + $"scheme with a dot in it, like com.example.app:/done, or {Record.OutOfBand} for programs without one."
            : null;
    }

    private static bool IsGood([NotNullWhen(true)] string? address)
    {
        if (address == Record.OutOfBand)
            return true;
        if (address is null || address.Length > MaxLength || address.Any(letter => letter is <= ' ' or >= '\x7f' or '\\' or '#')
            || !Uri.TryCreate(address, UriKind.Absolute, out var url) || url.UserInfo.Length > 0)
            return false;
        return url.Scheme is "http" or "https"
            ? url.Host.Length > 0 && address.StartsWith(url.Scheme + "://", StringComparison.OrdinalIgnoreCase)
            : url.Scheme.Contains('.', StringComparison.Ordinal);
    }
}
