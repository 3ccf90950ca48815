using System.Globalization;
using Slipway.Engine.Remote;

namespace Slipway.Server.Platform.Work;

/// <summary>
/// A queue of a stack. What changes the stack goes one after another; what only looks goes beside it, one after another too, so that a look does not wait for
/// a deployment. Each has an epoch of its own, and so do machines keep them apart.
/// </summary>
/// <param name="StackId">The stack.</param>
/// <param name="IsBeside">Whether it is the queue of what only looks.</param>
internal readonly record struct Lane(int StackId, bool IsBeside = false)
{
    // No slug has it.
    private const char Mark = '~';

    /// <summary>How a machine knows the lane.</summary>
    public RemoteScope ScopeOf(string slug, long epoch) => new(IsBeside ? slug + Mark : slug, epoch);

    /// <summary>The slug, and whether it is the lane beside, of a scope.</summary>
    public static (string Slug, bool IsBeside) Of(RemoteScope scope) => (scope.Stack.TrimEnd(Mark), scope.Stack.EndsWith(Mark));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{StackId}{(IsBeside ? Mark : "")}");

    public static Lane Parse(string text) => new(int.Parse(text.TrimEnd(Mark), CultureInfo.InvariantCulture), text.EndsWith(Mark));
}
