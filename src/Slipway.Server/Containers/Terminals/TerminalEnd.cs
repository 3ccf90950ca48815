using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Slipway.Engine.Terminals;

namespace Slipway.Server.Containers.Terminals;

/// <summary>Why a terminal ended: for the one who had it open, and for the audit trail.</summary>
/// <param name="Status">Status of the websocket's end.</param>
/// <param name="Text">A sentence or two.</param>
internal sealed record TerminalEnd(WebSocketCloseStatus Status, string Text)
{
    /// <summary>Of those that applications may choose.</summary>
    public const WebSocketCloseStatus TooLong = (WebSocketCloseStatus)4000;

    // What a frame that closes can hold beside the status.
    private const int MostBytes = 123;

    public static TerminalEnd Left { get; } = new(WebSocketCloseStatus.NormalClosure, "It was closed.");

    public static TerminalEnd NodeStops { get; } = new(WebSocketCloseStatus.EndpointUnavailable, "Slipway restarts. Open the terminal again in a moment.");

    /// <summary>The text, as far as it fits.</summary>
    public string Short
    {
        get
        {
            var text = Text;
            while (Encoding.UTF8.GetByteCount(text) > MostBytes)
                text = text[..^4] + "…";
            return text;
        }
    }

    public static TerminalEnd Of(ShellEnd end) => new(
        WebSocketCloseStatus.NormalClosure,
        end switch
        {
            { IsContainerGone: true } => "The container has ended.",
            { ExitCode: { } code } => string.Create(CultureInfo.InvariantCulture, $"The shell ended with exit code {code}."),
            _ => "The shell ended.",
        });

    public static TerminalEnd Trouble(string text) => new(WebSocketCloseStatus.InternalServerError, text);

    public static TerminalEnd NotAllowed(string text) => new(WebSocketCloseStatus.PolicyViolation, text);
}
