using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning;

internal static class DatabasePorts
{
    /// <summary>The port where a database listens, or is expected to when it is external.</summary>
    public static int Of(DatabaseSpec database) => database.Port
        ?? (database.IsExternal ? DatabaseKinds.UsualPort(database.Kind) : DatabaseKinds.ChoosePort(database.Kind, []));
}
