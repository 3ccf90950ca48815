namespace Slipway.Engine.Remote;

/// <summary>One line that a remote command printed, without its line end.</summary>
/// <param name="Text">At most 16,384 characters; longer lines arrive in pieces. Invalid UTF-8 is replaced.</param>
/// <param name="End">Offset just behind the line; hand it back as <see cref="RemoteCommand.ResumeAt"/> to go on from there.</param>
public sealed record OutputLine(string Text, long End);
