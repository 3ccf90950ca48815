namespace Slipway.Engine.Remote;

/// <summary>Unix file modes, which C# cannot write in octal.</summary>
public static class Modes
{
    /// <summary>0644</summary>
    public const int Readable = 0x1A4;

    /// <summary>0600</summary>
    public const int Private = 0x180;

    /// <summary>0640</summary>
    public const int GroupReadable = 0x1A0;

    /// <summary>0755</summary>
    public const int Listable = 0x1ED;

    /// <summary>0750</summary>
    public const int GroupListable = 0x1E8;

    /// <summary>2770: the group may write, and what is made within belongs to the group</summary>
    public const int GroupShared = 0x5F8;

    /// <summary>0700</summary>
    public const int PrivateDirectory = 0x1C0;
}
