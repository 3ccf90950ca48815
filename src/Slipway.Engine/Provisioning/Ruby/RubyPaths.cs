using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.Ruby;

/// <summary>Where a stack's Ruby is on its servers.</summary>
internal static class RubyPaths
{
    /// <summary>Rubies that were built are kept by version, for all stacks of the machine.</summary>
    public static string Prefix(string version) => $"/opt/slipway/ruby/{version}";

    public static string BinDirectory(StackSpec stack) => stack.RubySource is { } source ? $"{Prefix(source.Version)}/bin" : "/usr/bin";
}
