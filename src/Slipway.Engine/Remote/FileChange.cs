namespace Slipway.Engine.Remote;

/// <summary>A change to the files of a machine. Each is applied only where the wanted state does not hold yet, and can be repeated.</summary>
/// <param name="Path">Absolute, without <c>..</c>.</param>
public abstract record FileChange(string Path);

/// <summary>A whole file, replaced atomically and flushed to disk.</summary>
public sealed record WriteFile(string Path, ReadOnlyMemory<byte> Content, int Mode = Modes.Readable, string Owner = "root", string Group = "root")
    : FileChange(Path);

/// <summary>A directory, made with its parents; mode and owner are set on the last one.</summary>
public sealed record MakeDirectory(string Path, int Mode = Modes.Listable, string Owner = "root", string Group = "root") : FileChange(Path);

/// <summary>A symbolic link, replaced atomically.</summary>
public sealed record MakeLink(string Path, string Target) : FileChange(Path);

/// <summary>Removes a file, a link or a whole directory; links are not followed. Nothing happens where there is nothing.</summary>
public sealed record Remove(string Path) : FileChange(Path);
