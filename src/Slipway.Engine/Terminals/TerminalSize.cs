namespace Slipway.Engine.Terminals;

/// <summary>How many characters a terminal shows.</summary>
public readonly record struct TerminalSize(int Columns, int Rows)
{
    public const int MostColumns = 1000;
    public const int MostRows = 500;

    public static TerminalSize Usual { get; } = new(80, 24);

    public bool IsValid => Columns is >= 1 and <= MostColumns && Rows is >= 1 and <= MostRows;
}
