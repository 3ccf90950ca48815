using System.Text.RegularExpressions;
using Slipway.Engine.Analysis.Gems;
using Slipway.Engine.Analysis.Settings;

namespace Slipway.Engine.Analysis;

internal static partial class FrameworkFinder
{
    public static RackFramework Find(RepositorySnapshot repository, Bundle bundle)
    {
        if (bundle.Lists("rails") || bundle.Lists("railties")
            || (repository.Text("config/application.rb") is { } text && RailsApplication().IsMatch(text)))
            return RackFramework.Rails;
        if (bundle.Lists("padrino") || bundle.Lists("padrino-core"))
            return RackFramework.Padrino;
        if (bundle.Lists("sinatra"))
            return RackFramework.Sinatra;
        return repository.Has("config.ru") || bundle.HasGemfile ? RackFramework.Rack : RackFramework.None;
    }

    public static bool NeedsAssetPrecompile(RepositorySnapshot repository, Bundle bundle, RackFramework framework, Manifest manifest)
    {
        if (framework is not RackFramework.Rails)
            return false;
        if (manifest.AssetPrecompile is { } wanted)
            return wanted;
        // Without a lock only the Gemfile is known; Rails 3.1 to 7 bring sprockets with them.
        var hasPipeline = bundle.Has("sprockets") || bundle.Has("sprockets-rails") || bundle.Has("propshaft")
            || (bundle.Lock is null && bundle.Lists("rails"));
        return hasPipeline && !AssetsOff().IsMatch(repository.Text("config/application.rb") ?? "");
    }

    [GeneratedRegex(@"^[ \t]*class[ \t]+\w+[ \t]*<[ \t]*(::)?Rails::Application", RegexOptions.Multiline)]
    private static partial Regex RailsApplication();

    [GeneratedRegex(@"^[ \t]*config\.assets\.enabled[ \t]*=[ \t]*false", RegexOptions.Multiline)]
    private static partial Regex AssetsOff();
}
