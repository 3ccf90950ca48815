using Slipway.Engine.Provisioning.Docker;
using Slipway.Engine.Provisioning.Foundation;
using Slipway.Engine.Provisioning.Memcached;
using Slipway.Engine.Provisioning.MySql;
using Slipway.Engine.Provisioning.Nginx;
using Slipway.Engine.Provisioning.PostgreSql;
using Slipway.Engine.Provisioning.Redis;
using Slipway.Engine.Provisioning.Ruby;

namespace Slipway.Engine.Provisioning;

/// <summary>The components that Slipway knows, in the order in which they are configured.</summary>
internal static class ComponentList
{
    public static IReadOnlyList<IComponent> AddComponents() =>
    [
        new FoundationComponent(),
        new RubyComponent(),
        new NginxComponent(),
        new DockerComponent(),
        new NamesComponent(),
        new PostgreSqlComponent(),
        new MySqlComponent(),
        new RedisComponent(),
        new MemcachedComponent(),
    ];
}
