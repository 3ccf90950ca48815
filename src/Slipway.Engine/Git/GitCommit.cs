namespace Slipway.Engine.Git;

internal sealed record GitCommit(string Hash, string Subject, string Author, DateTimeOffset CommittedAt)
{
    public string ShortHash => Hash[..Math.Min(7, Hash.Length)];
}
