namespace Slipway.Engine.Analysis;

internal enum RepositoryFileKind { File, Link, Submodule }

internal sealed record RepositoryFile(string Path, RepositoryFileKind Kind, long Size);
