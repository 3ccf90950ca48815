using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Tests.Support;

/// <summary>Requests come from this address, as the connection tells it.</summary>
internal sealed class Peer(string address) : IStartupFilter
{
    public static void Install(IServiceCollection services, string address) => services.AddSingleton<IStartupFilter>(new Peer(address));

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, rest) =>
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse(address);
            return rest(context);
        });
        next(app);
    };
}
