namespace Slipway.Engine.Remote.Protocol;

/// <summary>The first byte of a frame; the length of its payload (4 bytes, big end first) and the payload follow.</summary>
internal static class FrameKind
{
    /// <summary>To the helper: the operation and its arguments, packed.</summary>
    public const byte Request = (byte)'Q';

    /// <summary>To the helper: a piece of standard input.</summary>
    public const byte Input = (byte)'I';

    /// <summary>To the helper: standard input is complete.</summary>
    public const byte InputEnd = (byte)'E';

    /// <summary>To the helper: output up to this offset was taken in, more may be sent. From it: the same about input that is passed on.</summary>
    public const byte Receipt = (byte)'A';

    /// <summary>From the helper: it wants the standard input.</summary>
    public const byte InputWanted = (byte)'N';

    /// <summary>From the helper: the command was started, now or earlier.</summary>
    public const byte Started = (byte)'S';

    /// <summary>From the helper: an offset of 8 bytes and the output that stands there.</summary>
    public const byte Output = (byte)'O';

    /// <summary>From the helper: a sign of life.</summary>
    public const byte Beat = (byte)'B';

    /// <summary>From the helper: the answer, packed; the last frame.</summary>
    public const byte Result = (byte)'R';

    /// <summary>From the helper: a code and a message, packed; the last frame.</summary>
    public const byte Fault = (byte)'F';
}
