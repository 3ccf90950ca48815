using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands;

/// <summary>What nginx answers while a stack is in maintenance: 503 with the release's own page, or with a plain one.</summary>
internal static class MaintenancePage
{
    private const string Path = "/.cloud66/maintenance.html";

    // In nginx's quotes: no single quotes, and no dollar signs, which would be variables.
    private const string Html = """
        <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Back soon</title><style>:root{color-scheme:light dark}body{font:18px/1.6 system-ui,sans-serif;max-width:32em;margin:18vh auto 0;padding:0 1.5em}h1{font-size:1.7em;line-height:1.2}</style></head><body><h1>Back soon</h1><p>This site is being worked on right now. Please try again in a few minutes.</p></body></html>
        """;

    // A link in the place of the page could lead anywhere, so links count as missing. By a named location the method of the request would
    // stay, and a POST would be told that pages cannot be posted to.
    public static string Locations(StackPaths paths) => $$"""
            error_page 503 {{Path}};

            location / {
                return 503;
            }

            location = {{Path}} {
                internal;
                root {{paths.Current}};
                disable_symlinks on from=$document_root;
                add_header Retry-After 300 always;
                add_header Cache-Control no-store always;
                try_files $uri @slipway_maintenance;
            }

            location @slipway_maintenance {
                default_type text/html;
                add_header Retry-After 300 always;
                add_header Cache-Control no-store always;
                return 503 '{{Html}}';
            }
        """;
}
