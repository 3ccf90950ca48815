using Slipway.Server.Platform.Auth;
using Slipway.Server.Users;

namespace Slipway.Server.Tokens;

/// <summary>A token at its birth, the only time that its text is known.</summary>
internal sealed record NewToken(AccessToken Row, string Text)
{
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(3653);

    public static NewToken For(User user, string name, IEnumerable<string> scopes, DateTimeOffset now) =>
        Make(new() { User = user, Name = name, Hash = "", Scopes = Platform.Auth.Scopes.Join(scopes), CreatedAt = now });

    public static NewToken For(int userId, string name, IEnumerable<string> scopes, DateTimeOffset now) =>
        Make(new() { UserId = userId, Name = name, Hash = "", Scopes = Platform.Auth.Scopes.Join(scopes), CreatedAt = now });

    private static NewToken Make(AccessToken row)
    {
        var text = OpaqueToken.New();
        row.Hash = OpaqueToken.Hash(text);
        return new(row, text);
    }
}
