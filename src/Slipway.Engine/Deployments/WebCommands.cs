using Slipway.Engine.Analysis;

namespace Slipway.Engine.Deployments;

/// <summary>How each web server is told to listen on the socket of its run.</summary>
internal static class WebCommands
{
    public static string For(WebServerChoice server) => server.Kind switch
    {
        WebServerKind.Custom => server.Command!,
        WebServerKind.Unicorn => Binstub(server, "unicorn", "--env none --listen \"$WEB_SOCKET\" config.ru"),
        WebServerKind.Thin => Binstub(server, "thin", "start --rackup config.ru --environment \"$RACK_ENV\" --socket \"$WEB_SOCKET\""),
        // It starts Ruby anew and wants bundler around itself.
        WebServerKind.Passenger => (server.IsInBundle ? "exec bundle exec " : "exec ")
            + "passenger start --engine builtin --no-compile-runtime --environment \"$RACK_ENV\" --socket \"$WEB_SOCKET\"",
        _ => Binstub(server, "puma", "--environment \"$RACK_ENV\" --bind \"unix://$WEB_SOCKET\" config.ru"),
    };

    // What a binstub does. It spares each start the time that "bundle exec" needs for itself.
    private static string Binstub(WebServerChoice server, string gem, string arguments) => server.IsInBundle
        ? $"exec ruby -rbundler/setup -e 'load($0 = Gem.bin_path(\"{gem}\", \"{gem}\"))' -- {arguments}"
        : $"exec {gem} {arguments}";
}
