using Slipway.Engine.Analysis.Gems;

namespace Slipway.Engine.Analysis;

internal static class WebServerFinder
{
    private static readonly (string Gem, WebServerKind Kind)[] Known =
        [("puma", WebServerKind.Puma), ("unicorn", WebServerKind.Unicorn), ("thin", WebServerKind.Thin), ("passenger", WebServerKind.Passenger)];

    private static readonly string[] Unknown = ["falcon", "iodine", "agoo", "webrick", "goliath", "rainbows", "pitchfork", "itsi"];

    public static WebServerChoice Find(Bundle bundle, string? customWeb, bool isDeployable, Remarks remarks)
    {
        if (customWeb is not null)
            return new WebServerChoice(WebServerKind.Custom, bundle.HasGemfile, customWeb);
        // What the Gemfile lists beats what another gem brings along.
        var found = Known.Where(known => bundle.Lists(known.Gem)).Concat(Known.Where(known => bundle.Has(known.Gem))).Distinct().ToList();
        if (found.Count == 0)
        {
            var other = Unknown.FirstOrDefault(bundle.Lists);
            if (other is not null)
                remarks.Notes.Add($"The Gemfile lists {other}, which Slipway does not start by itself: it uses puma. A custom_web line in the Procfile starts your own web server.");
            else if (isDeployable && bundle.HasGemfile)
                remarks.Notes.Add("The Gemfile lists no web server: Slipway runs the application in its own puma. Add gem \"puma\" to the Gemfile to choose the version.");
            return new WebServerChoice(WebServerKind.Puma, false);
        }

        if (found.Count > 1)
            remarks.Notes.Add($"The bundle has several web servers ({string.Join(", ", found.Select(known => known.Gem))}); {found[0].Gem} is used.");
        return new WebServerChoice(found[0].Kind, true);
    }
}
