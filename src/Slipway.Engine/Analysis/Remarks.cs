namespace Slipway.Engine.Analysis;

/// <summary>What the parts of an analysis have to say to people, in the order found.</summary>
internal sealed class Remarks
{
    public List<string> Problems { get; } = [];

    public List<string> CannotDo { get; } = [];

    public List<string> Notes { get; } = [];
}
