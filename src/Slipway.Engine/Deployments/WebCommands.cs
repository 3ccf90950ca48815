using Slipway.Engine.Analysis;

namespace Slipway.Engine.Deployments;

/// <summary>How each web server is told to listen on the socket of its run.</summary>
internal static class WebCommands
{
    public static string For(WebServerChoice server) => server.Kind switch
    {
        WebServerKind.Custom => server.Command!,
        WebServerKind.Unicorn => InBundle(server, "unicorn --env none --listen \"$WEB_SOCKET\" config.ru"),
        WebServerKind.Thin => InBundle(server, "thin start --rackup config.ru --environment \"$RACK_ENV\" --socket \"$WEB_SOCKET\""),
        WebServerKind.Passenger => InBundle(
            server, "passenger start --engine builtin --no-compile-runtime --environment \"$RACK_ENV\" --socket \"$WEB_SOCKET\""),
        _ => InBundle(server, "puma --environment \"$RACK_ENV\" --bind \"unix://$WEB_SOCKET\" config.ru"),
    };

    private static string InBundle(WebServerChoice server, string command) => (server.IsInBundle ? "exec bundle exec " : "exec ") + command;
}
